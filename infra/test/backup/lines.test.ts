import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { digestOf, linesIn, linesOf, writeLines } from '../../lib/backup/lines.ts';

const folder = mkdtempSync(join(tmpdir(), 'towpath-lines-'));
after(() => {
  rmSync(folder, { recursive: true });
});

test('lines are read as they were written, whatever characters are in them', async () => {
  const path = join(folder, 'lines.jsonl');
  const lines = ['{"name":"a\u2028b\u2029c\u0085"}', '{"name":"Jörg 🚢"}', '{}'];
  const written = await writeLines(path, lines);
  assert.equal(written.count, 3);
  assert.equal(written.size, readFileSync(path).length);
  assert.deepEqual(await digestOf(path), { size: written.size, sha256: written.sha256 });
  assert.deepEqual(await all(linesIn(path)), lines);
});

test('a character that two pieces of a stream share is one', async () => {
  const bytes = Buffer.from('"🚢"\n"ö"');
  const pieces = [...bytes].map((byte) => Buffer.from([byte]));
  assert.deepEqual(await all(linesOf(stream(pieces))), ['"🚢"', '"ö"']);
});

test('a file that is there is not written over', async () => {
  const path = join(folder, 'twice');
  await writeLines(path, ['1']);
  await assert.rejects(writeLines(path, ['2']), { code: 'EEXIST' });
});

async function all(lines: AsyncIterable<string>): Promise<string[]> {
  const found: string[] = [];
  for await (const line of lines) found.push(line);
  return found;
}

async function* stream(pieces: readonly Buffer[]): AsyncGenerator<Buffer> {
  for (const piece of pieces) yield await Promise.resolve(piece);
}
