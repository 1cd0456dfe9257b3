/** Who may take a role on from another account. */
import { AccountPrincipal, CompositePrincipal, type IPrincipal } from 'aws-cdk-lib/aws-iam';

/** A role of another account, by its name: it need not exist yet, and may be made anew. */
export interface TrustedRole {
  readonly account: string;
  readonly arn: string;
}

/**
 * Those roles and nobody else of their accounts. IAM would turn a role's ARN as principal into the role's inner
 * identity, which must exist and dies with the role; so the account is the principal and the ARN a condition.
 */
export function trusting(roles: readonly TrustedRole[], externalId?: string): CompositePrincipal {
  const accounts = [...new Set(roles.map(({ account }) => account))];
  const principals: IPrincipal[] = accounts.map((account) =>
    new AccountPrincipal(account).withConditions({
      ArnEquals: {
        'aws:PrincipalArn': roles.filter((role) => role.account === account).map(({ arn }) => arn),
      },
      ...(externalId !== undefined && { StringEquals: { 'sts:ExternalId': externalId } }),
    }),
  );
  return new CompositePrincipal(...principals);
}
