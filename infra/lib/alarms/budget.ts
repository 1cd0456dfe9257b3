import { Aws } from 'aws-cdk-lib';
import { CfnBudget } from 'aws-cdk-lib/aws-budgets';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Topic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { type Deployment, physicalName } from '../deployment.ts';

export interface BudgetProps {
  readonly deployment: Deployment;
  /** What the account may cost a month. */
  readonly usd: number;
  /** Where it is said that the account costs more. */
  readonly topic: Topic;
}

/** When it is said, in percent of the budget: of what the month has cost so far, or of what AWS thinks that it will cost. */
const NOTIFICATIONS = [
  ['ACTUAL', 80],
  ['ACTUAL', 100],
  ['FORECASTED', 100],
] as const;

/**
 * A budget of AWS Budgets for what the account costs in a month, whatever made the cost: costs by tag are known only where
 * somebody activated the tag in the billing console. Credits and refunds do not hide what was used.
 */
export class MonthlyBudget extends Construct {
  constructor(scope: Construct, id: string, { deployment, usd, topic }: BudgetProps) {
    super(scope, id);
    const publishes = topic.addToResourcePolicy(
      new PolicyStatement({
        principals: [new ServicePrincipal('budgets.amazonaws.com')],
        actions: ['sns:Publish'],
        resources: [topic.topicArn],
        conditions: {
          StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID },
          ArnLike: { 'aws:SourceArn': `arn:${Aws.PARTITION}:budgets::${Aws.ACCOUNT_ID}:*` },
        },
      }),
    );
    const budget = new CfnBudget(this, 'Budget', {
      budget: {
        budgetName: physicalName(deployment.environment, 'monthly'),
        budgetType: 'COST',
        timeUnit: 'MONTHLY',
        budgetLimit: { amount: usd, unit: 'USD' },
        costTypes: { includeCredit: false, includeRefund: false },
      },
      notificationsWithSubscribers: NOTIFICATIONS.map(([notificationType, threshold]) => ({
        notification: {
          notificationType,
          threshold,
          thresholdType: 'PERCENTAGE',
          comparisonOperator: 'GREATER_THAN',
        },
        subscribers: [{ subscriptionType: 'SNS', address: topic.topicArn }],
      })),
    });
    // AWS Budgets looks whether it may publish when the budget is made.
    if (publishes.policyDependable) budget.node.addDependency(publishes.policyDependable);
  }
}
