/** What the functions of an environment may do in the account of the pipelines, when that is another. */
import type { Deployment } from '../deployment.ts';
import type { Functions } from '../functions/functions.ts';
import type { TowpathFunction } from '../functions/function.ts';
import { pipelinesOf } from './across.ts';
import { jobsRoleArn, promotionsRoleArn } from './names.ts';

/** Lets the functions take on the roles that the stack TowpathOperations has for them, and tells them which. */
export function reachOperations(functions: Functions, deployment: Deployment): void {
  const { environment, environments, configuration } = deployment;
  const { operations } = environments;
  if (operations === undefined || operations.account === environment.account) return;
  if (pipelinesOf({ operations, configuration }, environment).length === 0) return;
  const there = { name: environment.name, account: operations.account };
  const reach = (by: TowpathFunction, variable: string, role: string) => {
    by.grant(['sts:AssumeRole'], [role]);
    by.set(variable, role);
    by.set('TOWPATH_EXTERNAL_ID', operations.externalId);
  };
  for (const each of [functions.web, functions.clock])
    reach(each, 'TOWPATH_PIPELINES_ROLE', promotionsRoleArn(there));
  for (const each of [functions.action, functions.unanswered])
    reach(each, 'TOWPATH_JOBS_ROLE', jobsRoleArn(there));
}
