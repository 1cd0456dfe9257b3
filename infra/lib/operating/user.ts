/** `make user`: lets a person into an environment's user pool. Run again, it does what is missing. */
import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import {
  AdminAddUserToGroupCommand,
  AdminCreateUserCommand,
  AdminGetUserCommand,
  type AdminGetUserCommandOutput,
  AdminUpdateUserAttributesCommand,
  CognitoIdentityProviderClient,
  ListGroupsCommand,
  UserNotFoundException,
} from '@aws-sdk/client-cognito-identity-provider';
import type { Environment } from '../environments/environment.ts';
import { stackName } from '../stack.ts';
import { checkIdentity } from './identity.ts';
import { Refusal } from './refusal.ts';
import { stackCalled } from './state.ts';

export interface UserOptions {
  readonly mail: string | undefined;
  readonly group: string | undefined;
}

export async function letIn(environment: Environment, options: UserOptions): Promise<void> {
  const { name, region, signIn } = environment;
  const mail = options.mail ?? '';
  const group = options.group ?? '';
  if (signIn.provider !== 'cognito')
    throw new Refusal(`people of "${name}" sign in at ${signIn.issuer}: let them in there`);
  if (!/^[^@\s]+@[^@\s]+\.[^@\s]+$/.test(mail))
    throw new Refusal(`say whom: make user ENV=${name} MAIL=ada@example.com GROUP=<group>`);
  await checkIdentity(environment);

  const pool = await poolOf(environment);
  const client = new CognitoIdentityProviderClient({ region });
  checkGroup(group, await groupsOf(client, pool));
  const known = await userOf(client, pool, mail);
  if (known === undefined) await invite(client, pool, mail);
  else await verify(client, pool, mail, known);
  await client.send(
    new AdminAddUserToGroupCommand({ UserPoolId: pool, Username: mail, GroupName: group }),
  );
  console.log(`==> ${mail} is in the group "${group}"`);
}

async function poolOf({ name, region }: Environment): Promise<string> {
  const stack = await stackCalled(new CloudFormationClient({ region }), stackName(name));
  const found = stack?.Outputs?.find(({ OutputKey }) => OutputKey === 'UserPool')?.OutputValue;
  if (found === undefined)
    throw new Refusal(
      `the stack ${stackName(name)} has no user pool: deploy it first, with \`make deploy ENV=${name}\``,
    );
  return found;
}

async function groupsOf(client: CognitoIdentityProviderClient, pool: string): Promise<string[]> {
  const names: string[] = [];
  let NextToken: string | undefined;
  do {
    const page = await client.send(
      new ListGroupsCommand({ UserPoolId: pool, ...(NextToken && { NextToken }) }),
    );
    for (const { GroupName } of page.Groups ?? []) if (GroupName) names.push(GroupName);
    ({ NextToken } = page);
  } while (NextToken);
  return names.sort();
}

function checkGroup(group: string, groups: readonly string[]): void {
  if (groups.includes(group)) return;
  const wanted = group === '' ? 'admins' : group;
  throw new Refusal(
    group === '' ? 'say which group: GROUP=<group>' : `there is no group "${group}"`,
    groups.length > 0
      ? `The user pool has the groups ${groups.join(', ')}.`
      : 'The user pool has no group.',
    'A group comes to be with the next `make deploy` after towpath.toml gives it a role:',
    '',
    '  [[roles]]',
    '  role = "admin"       # docs/access.md lists the roles',
    `  groups = ["${wanted}"]`,
  );
}

async function userOf(
  client: CognitoIdentityProviderClient,
  pool: string,
  mail: string,
): Promise<AdminGetUserCommandOutput | undefined> {
  try {
    return await client.send(new AdminGetUserCommand({ UserPoolId: pool, Username: mail }));
  } catch (error) {
    if (error instanceof UserNotFoundException) return undefined;
    throw error;
  }
}

async function invite(
  client: CognitoIdentityProviderClient,
  pool: string,
  mail: string,
): Promise<void> {
  await client.send(
    new AdminCreateUserCommand({
      UserPoolId: pool,
      Username: mail,
      UserAttributes: [{ Name: 'email', Value: mail }, VERIFIED],
      DesiredDeliveryMediums: ['EMAIL'],
    }),
  );
  console.log(`==> an invitation was mailed to ${mail}; its password is good for three days`);
}

/** Without it, Towpath does not count the address as the person's own, and no password can be recovered by it. */
const VERIFIED = { Name: 'email_verified', Value: 'true' };

async function verify(
  client: CognitoIdentityProviderClient,
  pool: string,
  mail: string,
  { UserAttributes, UserStatus }: AdminGetUserCommandOutput,
): Promise<void> {
  const verified = UserAttributes?.find(({ Name }) => Name === VERIFIED.Name)?.Value;
  if (verified !== VERIFIED.Value)
    await client.send(
      new AdminUpdateUserAttributesCommand({
        UserPoolId: pool,
        Username: mail,
        UserAttributes: [VERIFIED],
      }),
    );
  console.log(
    UserStatus === 'FORCE_CHANGE_PASSWORD'
      ? `==> ${mail} was invited before and has not signed in yet; to send the mail again:\n` +
          `    aws cognito-idp admin-create-user --user-pool-id ${pool} --username ${mail} --message-action RESEND`
      : `==> ${mail} is known already`,
  );
}
