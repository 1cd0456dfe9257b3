/** What stands behind `make synth`, `make deploy` and the other targets that operate a deployment. */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Environments } from '../lib/environments/environment.ts';
import { InvalidEnvironments } from '../lib/environments/problems.ts';
import { readEnvironments } from '../lib/environments/read.ts';
import { backUp } from '../lib/backup/backup.ts';
import { restore } from '../lib/backup/restore.ts';
import { synthesize } from '../lib/operating/assembly.ts';
import { builtPackage } from '../lib/operating/built.ts';
import { chosen } from '../lib/operating/choose.ts';
import { deploy } from '../lib/operating/deploy.ts';
import { destroy } from '../lib/operating/destroy.ts';
import { redrive } from '../lib/operating/redrive.ts';
import { Refusal } from '../lib/operating/refusal.ts';
import { ROOT } from '../lib/operating/root.ts';
import { letIn } from '../lib/operating/user.ts';

async function main(): Promise<void> {
  const { positionals } = parseArgs({ allowPositionals: true });
  const [verb, name = ''] = positionals;
  const { PACKAGE, CLOSED, DATA, CONFIRM, MAIL, GROUP, TO, FROM, AT, TOWPATH_ENVIRONMENTS } =
    process.env;
  const environments = readEnvironments(
    TOWPATH_ENVIRONMENTS ?? join(ROOT, 'infra/environments.toml'),
  );
  const folder = PACKAGE === '' ? undefined : PACKAGE;
  switch (verb) {
    case 'synth':
      synth(folder, environments);
      return;
    case 'deploy':
      return deploy(environments, chosen(environments, name, verb), {
        package: folder,
        closed: CLOSED,
      });
    case 'destroy':
      return destroy(chosen(environments, name, verb), { data: DATA, confirm: CONFIRM });
    case 'user':
      return letIn(chosen(environments, name, verb), { mail: MAIL, group: GROUP });
    case 'backup':
      return backUp(chosen(environments, name, verb), { to: TO, at: AT });
    case 'restore':
      return restore(chosen(environments, name, verb), FROM);
    case 'redrive':
      return redrive(chosen(environments, name, verb));
    default:
      throw new Refusal(
        'usage: operate synth|deploy|destroy|user|backup|restore|redrive [environment]',
      );
  }
}

/** Templates deploy nothing: whose package they name does not matter. */
function synth(folder: string | undefined, environments: Environments): void {
  const built = builtPackage(folder, { ...environments, packageKeys: [] });
  console.log(`==> the templates are in ${synthesize(built, 'cdk.out')}`);
}

main().catch((error: unknown) => {
  if (error instanceof Refusal || error instanceof InvalidEnvironments)
    console.error(`towpath: ${error.message}`);
  else if (error instanceof Error && error.name.startsWith('AccessDenied'))
    console.error(`towpath: these credentials may not do it: ${error.message}`);
  else console.error(error);
  process.exitCode = 1;
});
