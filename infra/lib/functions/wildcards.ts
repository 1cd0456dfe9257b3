import { Stack, Validations } from 'aws-cdk-lib';
import type { Role } from 'aws-cdk-lib/aws-iam';
import { flattenCfnReference } from 'cdk-nag/lib/utils/flatten-cfn-reference.js';

/** Keeps the reason for each resource with a `*` beside the role's policy, where the checks look for it. */
export function explainWildcards(
  role: Role,
  resources: readonly string[],
  because: string | undefined,
): void {
  const named = resources.map((resource) => flattenCfnReference(Stack.of(role).resolve(resource)));
  for (const resource of named.filter((name) => name.includes('*'))) {
    if (because === undefined)
      throw new Error(`say why the role of ${role.node.path} gets ${resource}`);
    Validations.of(role).acknowledge({
      id: `AwsSolutions-IAM5[Resource::${resource}]`,
      reason: because,
    });
  }
}
