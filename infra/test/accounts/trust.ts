/** Who may take a role on, in words that tests can list. */
import type { Template } from 'aws-cdk-lib/assertions';
import { flattenCfnReference } from 'cdk-nag/lib/utils/flatten-cfn-reference.js';

interface Trust {
  readonly account: string;
  readonly roles: readonly string[];
  readonly externalId?: string;
}

interface Statement {
  readonly Principal: { readonly AWS: unknown };
  readonly Condition: {
    readonly ArnEquals: { readonly 'aws:PrincipalArn': readonly unknown[] | object };
    readonly StringEquals?: { readonly 'sts:ExternalId': string };
  };
}

/** The accounts that a role trusts, the names of the roles there that may, and what they must know. */
export function trustOf(template: Template, roleName: string): Trust[] {
  const roles = template.findResources('AWS::IAM::Role', { Properties: { RoleName: roleName } });
  const [role] = Object.values(roles) as {
    Properties: { AssumeRolePolicyDocument: { Statement: Statement[] } };
  }[];
  if (role === undefined) throw new Error(`there is no role ${roleName}`);
  return role.Properties.AssumeRolePolicyDocument.Statement.map(({ Principal, Condition }) => {
    const arns = [Condition.ArnEquals['aws:PrincipalArn']].flat().map(flattenCfnReference);
    const account = /::([0-9]{12}):root$/.exec(flattenCfnReference(Principal.AWS))?.[1] ?? '';
    const prefix = `arn:<AWS::Partition>:iam::${account}:role/`;
    if (arns.some((arn) => !arn.startsWith(prefix)))
      throw new Error(`${roleName} trusts ${arns.join(', ')} of ${account}`);
    const externalId = Condition.StringEquals?.['sts:ExternalId'];
    return {
      account,
      roles: arns.map((arn) => arn.slice(prefix.length)),
      ...(externalId !== undefined && { externalId }),
    };
  });
}
