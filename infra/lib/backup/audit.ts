/** Verifies an audit log of records and seals by `tests/audit/verify.py`, which knows docs/audit.md and nothing of Towpath. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { Refusal } from '../operating/refusal.ts';
import { ROOT } from '../operating/root.ts';
import { type Item, plain, type PlainItem } from './items.ts';
import { writeLines } from './lines.ts';

/** A version of a seal as verification takes it, of a key the newest first. */
export interface SealVersion {
  readonly key: string;
  readonly version: string;
  readonly text?: string;
  readonly delete_marker?: true;
}

/** The names of a person: each by the digest that entries have of it. */
const person = z.object({
  salt: z.string(),
  names: z.record(z.string(), z.object({ name: z.string() })),
});

/** The attributes of a record that are no part of the entry. */
const OF_THE_TABLE = new Set(['pk', 'sk', 'format']);

/** The entries among records, and the names that stand beside them. */
export class AuditRecords {
  private readonly entries: PlainItem[] = [];
  private readonly names = new Map<string, PlainItem>();

  /** Keeps a record if it is part of the log. */
  take(item: Item): void {
    const partition = item['pk']?.S ?? '';
    if (partition.startsWith('AUDIT#')) this.entries.push(plain(item));
    else if (partition.startsWith('NAMES#'))
      this.names.set(partition.slice('NAMES#'.length), plain(item));
  }

  /** The months that have entries. */
  get partitions(): string[] {
    return [...new Set(this.entries.map(({ pk }) => String(pk)))].sort();
  }

  /** The partitions of names that entries refer to. */
  get people(): string[] {
    const all = this.entries.flatMap(({ people }) => Object.keys(people ?? {}));
    return [...new Set(all)].sort().map((person) => `NAMES#${person}`);
  }

  /** The log as `towpath audit export --all` writes it. */
  *lines(): Generator<string> {
    const inOrder = this.entries.toSorted(
      (one, other) => Number(one['number']) - Number(other['number']),
    );
    for (const record of inOrder) {
      const entry = Object.entries(record).filter(([name]) => !OF_THE_TABLE.has(name));
      const names = this.beside(record['people'] as Record<string, string> | undefined);
      yield JSON.stringify({ ...Object.fromEntries(entry), ...(names && { names }) });
    }
  }

  private beside(people: Record<string, string> | undefined) {
    const known = Object.entries(people ?? {}).flatMap(([id, digest]) => {
      const kept = this.names.get(id);
      if (kept === undefined) return [];
      const { data } = person.safeParse(kept);
      // There is something, and it says no name: a finding.
      if (!data) return [[id, { name: '', salt: '' }] as const];
      const named = data.names[digest];
      return named ? [[id, { name: named.name, salt: data.salt }] as const] : [];
    });
    return known.length > 0 ? Object.fromEntries(known) : undefined;
  }
}

/** What verification says: one line where all is well, otherwise one for each finding. */
export interface Verdict {
  readonly verifies: boolean;
  readonly said: string;
}

export async function verifyAudit(
  records: AuditRecords,
  seals: readonly SealVersion[],
): Promise<Verdict> {
  const folder = mkdtempSync(join(tmpdir(), 'towpath-audit-'));
  try {
    const log = join(folder, 'audit.jsonl');
    const sealed = join(folder, 'seals.json');
    await writeLines(log, records.lines());
    writeFileSync(sealed, JSON.stringify({ seals }));
    const verifier = join(ROOT, 'tests/audit/verify.py');
    const done = spawnSync('python3', [verifier, log, sealed], { encoding: 'utf8' });
    if (done.error || (done.status !== 0 && done.status !== 7))
      throw new Refusal(
        `the audit log could not be verified: ${done.error?.message ?? done.stderr.trim()}`,
      );
    return { verifies: done.status === 0, said: done.stdout.trim() };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
