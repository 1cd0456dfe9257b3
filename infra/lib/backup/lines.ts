/** Files of one JSON value a line: written with their digest, and read again, whatever their size. */
import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/** What a file holds. */
export interface Digested {
  readonly size: number;
  /** Its SHA-256, in hexadecimal. */
  readonly sha256: string;
}

/** Writes a stream into a file that is new. */
export async function writeDigested(path: string, content: Readable): Promise<Digested> {
  const hash = createHash('sha256');
  let size = 0;
  const counted = new Transform({
    transform(chunk: Buffer, _, done) {
      hash.update(chunk);
      size += chunk.length;
      done(undefined, chunk);
    },
  });
  await pipeline(content, counted, createWriteStream(path, { flags: 'wx' }));
  return { size, sha256: hash.digest('hex') };
}

/** What a file holds now. */
export async function digestOf(path: string): Promise<Digested> {
  const hash = createHash('sha256');
  let size = 0;
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
    hash.update(chunk);
    size += chunk.length;
  }
  return { size, sha256: hash.digest('hex') };
}

/** Writes lines into a file that is new. Returns also how many. */
export async function writeLines(
  path: string,
  lines: AsyncIterable<string> | Iterable<string>,
): Promise<Digested & { readonly count: number }> {
  let count = 0;
  async function* ended() {
    for await (const line of lines) {
      count += 1;
      yield Buffer.from(`${line}\n`);
    }
  }
  return { ...(await writeDigested(path, Readable.from(ended()))), count };
}

/**
 * The lines of a stream. Only a line feed ends one: a text of JSON may hold the other characters that Node.js's `readline`
 * takes for ends of lines.
 */
export async function* linesOf(stream: AsyncIterable<Buffer>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of stream) {
    const parts = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = parts.pop() ?? '';
    for (const part of parts) if (part !== '') yield part;
  }
  rest += decoder.decode();
  if (rest !== '') yield rest;
}

/** How many lines a file has. */
export async function countLines(path: string): Promise<number> {
  let count = 0;
  for await (const line of linesIn(path)) count += Number(line !== '');
  return count;
}

/** The lines of a file. */
export function linesIn(path: string): AsyncGenerator<string> {
  return linesOf(createReadStream(path) as AsyncIterable<Buffer>);
}
