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
  for (const { actions, resources, conditions, because } of rights) {
    role.addToPolicy(
      new PolicyStatement({
        actions: [...actions],
        resources: [...resources],
        ...(conditions && { conditions }),
      }),
    );
    explainWildcards(role, resources, because);
  }
}
