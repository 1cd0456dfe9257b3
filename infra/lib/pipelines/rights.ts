import { Aws } from 'aws-cdk-lib';
import { type Conditions, PolicyStatement, type Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { explainWildcards } from '../functions/wildcards.ts';

/** What a role may do, where, and why there where the place has a `*`. */
export interface Right {
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  readonly conditions?: Conditions;
  readonly because?: string;
}

/** A service as the principal of a role's trust, when it acts for this account and for no other (confused deputy). */
export function ownAccountOnly(service: string): ServicePrincipal {
  return new ServicePrincipal(service, {
    conditions: { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID } },
  });
}

/** Lets a role do that. */
export function give(role: Role, rights: readonly Right[]): void {
  for (const statement of statements(rights)) role.addToPolicy(statement);
  explain(role, rights);
}

/** The same as a policy says it. */
export function statements(rights: readonly Right[]): PolicyStatement[] {
  return rights.map(
    ({ actions, resources, conditions }) =>
      new PolicyStatement({
        actions: [...actions],
        resources: [...resources],
        ...(conditions && { conditions }),
      }),
  );
}

/** Keeps the reasons beside the role, where the checks look for them. */
export function explain(role: Role, rights: readonly Right[]): void {
  for (const { resources, because } of rights) explainWildcards(role, resources, because);
}
