import { type Conditions, PolicyStatement, type Role } from 'aws-cdk-lib/aws-iam';
import { explainWildcards } from '../functions/wildcards.ts';

/** What a role may do, where, and why there where the place has a `*`. */
export interface Right {
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  readonly conditions?: Conditions;
  readonly because?: string;
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
