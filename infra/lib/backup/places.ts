/** Where a deployment keeps what a backup holds. */
import { physicalName } from '../deployment.ts';
import type { Environment } from '../environments/environment.ts';
import { bucketName } from '../releases/bucket.ts';
import type { Role } from './format.ts';

export function tableOf(environment: Environment): string {
  return physicalName(environment, 'records');
}

export function bucketOf(environment: Environment, role: Role): string {
  return bucketName(environment, role === 'artifacts' ? 'releases' : 'audit');
}
