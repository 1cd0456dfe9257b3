import { parse } from 'smol-toml';
import type { Environment, Environments, Operations, SignInSettings } from './environment.ts';
import { InvalidEnvironments, problemsOf } from './problems.ts';
import { relations } from './relations.ts';
import { file, type WrittenEnvironment, type WrittenOperations } from './schema.ts';

/** Reads the text of `environments.toml`. `path` is its name, for messages. Throws one error with every problem. */
export function parseEnvironments(text: string, path: string): Environments {
  const written = toml(text, path);
  const checked = file.safeParse(written);
  // What holds between environments is said beside what is wrong within them, so that one round is enough.
  const problems = [
    ...(checked.success ? [] : problemsOf(checked.error.issues, written)),
    ...relations(written),
  ];
  if (!checked.success || problems.length > 0) throw new InvalidEnvironments(path, problems);
  const accounts = new Map(checked.data.environments.map(({ name, account }) => [name, account]));
  return {
    ...(checked.data.operations && { operations: operations(checked.data.operations) }),
    configuration: checked.data.configuration,
    packageKeys: checked.data.package_keys,
    environments: checked.data.environments.map((each) => environment(each, accounts)),
  };
}

function toml(text: string, path: string): unknown {
  try {
    return parse(text);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new InvalidEnvironments(path, [message.trim()]);
  }
}

function environment(
  written: WrittenEnvironment,
  accounts: ReadonlyMap<string, string>,
): Environment {
  const { name, domain, retention, concurrency } = written;
  const others = written.events_from.map((from) => accounts.get(from) ?? from);
  return {
    name,
    title: written.title ?? name,
    account: written.account,
    region: written.region,
    colour: written.colour,
    eventsFrom: [...new Set(others)].filter((account) => account !== written.account).sort(),
    architecture: written.architecture,
    logLevel: written.log_level,
    retention: {
      logDays: retention.log_days,
      eventDays: retention.event_days,
      removedDays: retention.removed_days,
      accessLogDays: retention.access_log_days,
      auditDays: retention.audit_days,
    },
    signIn: signIn(written.sign_in),
    originKeys: written.origin_keys,
    concurrency: {
      ...(concurrency.web !== undefined && { web: concurrency.web }),
      ...(concurrency.hooks !== undefined && { hooks: concurrency.hooks }),
    },
    dashboard: written.dashboard,
    webhooks: written.webhooks,
    ...(written.audit_lock !== undefined && { auditLock: written.audit_lock }),
    ...(written.alarms_to !== undefined && { alarmsTo: written.alarms_to }),
    ...(written.monthly_budget_usd !== undefined && {
      monthlyBudgetUsd: written.monthly_budget_usd,
    }),
    ...(written.public_url !== undefined && { publicUrl: written.public_url }),
    ...(domain && {
      domain: {
        name: domain.name,
        certificateArn: domain.certificate_arn,
        ...(domain.hosted_zone_id !== undefined && { hostedZoneId: domain.hosted_zone_id }),
      },
    }),
  };
}

function operations(written: WrittenOperations): Operations {
  const { account, region, external_id, shared_fetch_role, repository } = written;
  return {
    account,
    region,
    externalId: external_id,
    sharedFetchRole: shared_fetch_role,
    ...(repository && {
      repository: {
        connectionArn: repository.connection_arn,
        name: repository.name,
        trunk: repository.trunk,
        ...(repository.signing_key_arn !== undefined && {
          signingKeyArn: repository.signing_key_arn,
        }),
      },
    }),
  };
}

function signIn(written: WrittenEnvironment['sign_in']): SignInSettings {
  if (written.provider === 'cognito') {
    const { second_factor: secondFactor, mail_from: mailFrom } = written;
    const { mail_identity: mailIdentity } = written;
    return {
      provider: 'cognito',
      ...(secondFactor && { secondFactor }),
      ...(mailFrom !== undefined && { mailFrom }),
      ...(mailIdentity !== undefined && { mailIdentity }),
    };
  }
  const { issuer, client_id: clientId, subject_claim: subjectClaim, endpoint } = written;
  return {
    provider: 'oidc',
    issuer,
    clientId,
    ...(subjectClaim !== undefined && { subjectClaim }),
    ...(endpoint !== undefined && { endpoint }),
  };
}
