/** What a stack's state means for anyone who wants to deploy it. */
import {
  type CloudFormationClient,
  DescribeStacksCommand,
  type Stack,
} from '@aws-sdk/client-cloudformation';
import { Refusal } from './refusal.ts';

/** The stack, or nothing where there is none. */
export async function stackCalled(
  client: CloudFormationClient,
  name: string,
): Promise<Stack | undefined> {
  try {
    const { Stacks } = await client.send(new DescribeStacksCommand({ StackName: name }));
    return Stacks?.[0];
  } catch (error) {
    if (error instanceof Error && /does not exist/.test(error.message)) return undefined;
    throw error;
  }
}

/** Refuses where a stack cannot be deployed as it is, and says what to do. */
export function checkState(stack: string, environment: string, status: string | undefined): void {
  if (status === undefined) return;
  const advice = ADVICE[status];
  if (advice !== undefined)
    throw new Refusal(`${stack} is half-deployed (${status}).`, advice(stack, environment));
  if (status.endsWith('_IN_PROGRESS'))
    throw new Refusal(
      `${stack} is being changed at this moment (${status}): wait, then run this again`,
    );
}

const startOver = (_: string, environment: string) =>
  `Its first deployment failed, and nothing runs there. Look at its events for the reason, take it away with ` +
  `\`make destroy ENV=${environment}\`, and deploy again.`;
const destroyAgain = (_: string, environment: string) =>
  `It could not be taken away completely. Look at its events for the reason, then run \`make destroy ENV=${environment}\` again.`;

const ADVICE: Readonly<Record<string, (stack: string, environment: string) => string>> = {
  CREATE_FAILED: startOver,
  ROLLBACK_COMPLETE: startOver,
  ROLLBACK_FAILED: (_, environment) =>
    `Its first deployment failed, and so did deleting what it had made. Look at its events for both reasons, take it away with ` +
    `\`make destroy ENV=${environment}\`, and deploy again. docs/deploy.md has the commands ("When the first deployment fails").`,
  REVIEW_IN_PROGRESS: startOver,
  DELETE_FAILED: destroyAgain,
  UPDATE_FAILED: (stack) =>
    `An update failed and was not rolled back. Roll it back first: \`aws cloudformation rollback-stack --stack-name ${stack}\`.`,
  UPDATE_ROLLBACK_FAILED: (stack) =>
    `An update failed, and so did going back. Remove the reason that its events name, then: ` +
    `\`aws cloudformation continue-update-rollback --stack-name ${stack}\`.`,
};
