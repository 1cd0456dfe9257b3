/** What a role of a template may do, in words that tests can list. */
import type { Template } from 'aws-cdk-lib/assertions';
import { flattenCfnReference } from 'cdk-nag/lib/utils/flatten-cfn-reference.js';

interface Statement {
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
  readonly Condition?: unknown;
}

interface Policy {
  readonly Properties: {
    readonly Roles?: readonly { readonly Ref: string }[];
    readonly PolicyDocument: { readonly Statement: readonly Statement[] };
  };
}

interface NamedRole {
  readonly Properties: {
    readonly RoleName?: string;
    readonly Policies?: readonly {
      readonly PolicyDocument: Policy['Properties']['PolicyDocument'];
    }[];
    readonly ManagedPolicyArns?: unknown;
  };
}

/** One line for each action on each resource, sorted: `dynamodb:PutItem on <RecordsTable.Arn>`. */
export function rightsOf(template: Template, roleName: string): string[] {
  const roles = template.findResources('AWS::IAM::Role', { Properties: { RoleName: roleName } });
  const [logicalId, role] = Object.entries(roles)[0] ?? [];
  if (logicalId === undefined) throw new Error(`there is no role ${roleName}`);
  const { Policies = [], ManagedPolicyArns } = (role as NamedRole).Properties;
  if (ManagedPolicyArns !== undefined)
    throw new Error(`${roleName} has rights that are not in the template`);
  const beside = policies(template).filter(({ Properties }) =>
    Properties.Roles?.some(({ Ref }) => Ref === logicalId),
  );
  return [...beside.map(({ Properties }) => Properties), ...Policies]
    .flatMap(({ PolicyDocument }) => PolicyDocument.Statement)
    .flatMap(lines)
    .sort();
}

/** All policies of roles in a template. */
export function policies(template: Template): Policy[] {
  return Object.values(template.findResources('AWS::IAM::Policy')) as Policy[];
}

function lines(statement: Statement): string[] {
  const { Effect, Action, Resource, Condition } = statement;
  const actions = typeof Action === 'string' ? [Action] : Action;
  const resources: readonly unknown[] = Array.isArray(Resource) ? Resource : [Resource];
  const forbidden = Effect === 'Allow' ? '' : 'not ';
  const condition = Condition === undefined ? '' : ` if ${JSON.stringify(Condition)}`;
  return actions.flatMap((action) =>
    resources.map((resource) => `${forbidden}${action} on ${named(resource)}${condition}`),
  );
}

/** A resource by its logical name, without the hash that CDK adds to it. */
function named(resource: unknown): string {
  return flattenCfnReference(resource).replaceAll(/<(\w+?)[0-9A-F]{8}(\.\w+)?>/g, '<$1$2>');
}
