/** Who may take a role on from another account. */
import { AccountPrincipal, type IPrincipal } from 'aws-cdk-lib/aws-iam';

/**
 * Those roles of an account and nobody else there, and only with the external id where one is given. IAM would turn a
 * role's ARN as principal into the role's inner identity, which must exist and dies with the role; so the account is
 * the principal and the ARN a condition.
 */
export function trusting(
  account: string,
  roleArns: readonly string[],
  externalId?: string,
): IPrincipal {
  return new AccountPrincipal(account).withConditions({
    ArnEquals: { 'aws:PrincipalArn': [...roleArns] },
    ...(externalId !== undefined && { StringEquals: { 'sts:ExternalId': externalId } }),
  });
}
