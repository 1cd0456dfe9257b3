/** Whose package it is: the signature of its manifest, which `infra/sign` makes. */
import { createPublicKey, type KeyObject, verify } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { Refusal } from '../operating/refusal.ts';

/** Refuses a manifest that none of the keys, each the path of a public key in PEM, has signed. */
export function checkSignature(path: string, manifest: Buffer, keys: readonly string[]): void {
  const signature = `${path}.sig`;
  if (!existsSync(signature))
    throw new Refusal(
      `${path} is not signed, and environments.toml has package_keys: sign it with infra/sign, or take a package that is`,
    );
  const bytes = Buffer.from(readFileSync(signature, 'utf8').trim(), 'base64');
  const signed = keys.some((key) => verify('sha256', manifest, publicKey(key), bytes));
  if (!signed)
    throw new Refusal(
      `${signature} is no signature of ${path} by a key of package_keys (${keys.join(', ')}): the package was altered, or somebody else signed it`,
    );
}

function publicKey(path: string): KeyObject {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    throw new Refusal(`package_keys: ${path} cannot be read`);
  }
  // Of a private key Node.js would derive the public one: but it has no place beside environments.toml.
  if (!text.includes('-----BEGIN PUBLIC KEY-----'))
    throw new Refusal(
      `package_keys: ${path} is no public key in PEM, which begins with -----BEGIN PUBLIC KEY-----`,
    );
  const key = createPublicKey(text);
  if (key.asymmetricKeyType !== 'ec')
    throw new Refusal(`package_keys: ${path} is a key of another kind: infra/sign wants ECDSA`);
  return key;
}
