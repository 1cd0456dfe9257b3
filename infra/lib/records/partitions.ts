import type { Handler } from '../functions/function.ts';

/** What functions may do with the items of a partition. */
export interface Rights {
  /** Read, put, change and delete them, and make a transaction depend on them. */
  readonly change?: readonly Handler[];
  /** Put them. IAM has no condition that keeps a put from replacing an item. */
  readonly put?: readonly Handler[];
  readonly read?: readonly Handler[];
}

/** A run that ends may end a promotion, and with it release a build: so `events` is among them. */
const RELEASING: readonly Handler[] = ['web', 'events', 'action', 'register', 'clock'];

/**
 * Each partition of the table, as `dynamodb:LeadingKeys` matches it, and what each function may do there; what is not said,
 * it may not. `backend/store/src/table/keys.rs` spells the keys; a test compares the two.
 */
export const PARTITIONS: Readonly<Record<string, Rights>> = {
  // What sources report.
  'EVENT#*': { change: ['web', 'hooks', 'events'] },
  // `register` reads the run that made a build, and puts the build's line there.
  'RUN#*': {
    change: ['web', 'hooks', 'events', 'action', 'clock'],
    put: ['register'],
    read: ['register'],
  },
  'COMMIT#*': { change: ['web', 'hooks', 'events'], read: ['action', 'register', 'clock'] },
  // Pipelines that no app claims. The clock moves those here that no app claims any more.
  UNASSIGNED: { change: ['web', 'hooks', 'events', 'clock'] },
  OVERVIEW: { change: ['web', 'hooks', 'events', 'action', 'register', 'clock'] },

  // Builds and how they are registered.
  'UPLOAD#*': { change: ['web', 'register'], read: ['clock'] },
  'REGISTRATION#*': { change: ['web', 'action', 'register', 'clock'] },
  'COUNTER#*': { change: ['web', 'action', 'register'] },
  'BUILD#*': { change: RELEASING },
  'BUILDS#*': { change: ['web', 'action', 'register'], read: ['events', 'clock'] },

  // Objects that are damaged, and how far looking for them is.
  OBJECTS: { change: ['action', 'register', 'clock'], read: ['web'] },

  // Releases, promotions and what stops them.
  'RELEASES#*': { change: RELEASING },
  'PROMOTION#*': { change: RELEASING },
  'PROMOTIONS#*': { change: RELEASING },
  'SLOT#*': { change: RELEASING },
  HOLDS: { change: RELEASING },
  UNSETTLED: { change: RELEASING },

  // People, their sessions and tokens, share links and downloads.
  PEOPLE: { change: ['web'], read: ['events', 'action', 'register', 'clock'] },
  'SESSIONS#*': { change: ['web'] },
  TOKENS: { change: ['web'] },
  'TOKENS#*': { change: ['web'] },
  'GUESSES#*': { change: ['web'] },
  LINKS: { change: ['web'] },
  'LINK#*': { change: ['web'] },
  'DOWNLOADS#*': { change: ['web'] },
  'DAILY#*': { change: ['web'] },

  // The audit log: its head and newest seal, and its entries by month. Nobody deletes or changes what is in it.
  AUDIT: { put: RELEASING, read: RELEASING },
  'AUDIT#*': { put: RELEASING, read: ['web', 'clock'] },
  // What people are called stands beside the log, and can be erased.
  'NAMES#*': { change: ['web'], put: RELEASING, read: RELEASING },
  CONFIG: { put: ['clock'], read: ['clock'] },
};

/** The functions that read the index, which repeats no secret and nothing of a person. */
export const INDEX_READERS: readonly Handler[] = ['web', 'clock'];

const READ = ['BatchGetItem', 'GetItem', 'Query'];
const PUT = ['PutItem'];
/** A transaction needs the rights of its parts, and no other. */
const CHANGE = ['ConditionCheckItem', 'DeleteItem', 'UpdateItem'];

/** A function that needs fewer actions than its partitions would give it. */
const ONLY: Partial<Record<Handler, readonly string[]>> = {
  hooks: ['DeleteItem', 'GetItem', 'PutItem'],
};

/** Some actions on some partitions. */
export interface Grant {
  readonly actions: readonly string[];
  readonly partitions: readonly string[];
}

/** What a function may do on the table. */
export function grantsOf(handler: Handler): Grant[] {
  const only = ONLY[handler];
  const grant = (
    actions: readonly string[],
    of: (rights: Rights) => (readonly Handler[] | undefined)[],
  ) => ({
    actions: actions
      .filter((action) => only?.includes(action) ?? true)
      .map((action) => `dynamodb:${action}`),
    partitions: Object.entries(PARTITIONS)
      .filter(([, rights]) => of(rights).some((handlers) => handlers?.includes(handler)))
      .map(([partition]) => partition),
  });
  return [
    grant(READ, ({ change, read }) => [change, read]),
    grant(PUT, ({ change, put }) => [change, put]),
    grant(CHANGE, ({ change }) => [change]),
  ].filter(({ actions, partitions }) => actions.length > 0 && partitions.length > 0);
}
