/** Records in DynamoDB's JSON, as an export has them, in its client's form, and as plain values. */
import type { AttributeValue } from '@aws-sdk/client-dynamodb';

/** A value of DynamoDB's JSON: bytes are in Base64. */
export interface Value {
  readonly S?: string;
  readonly N?: string;
  readonly BOOL?: boolean;
  readonly NULL?: boolean;
  readonly B?: string;
  readonly SS?: readonly string[];
  readonly NS?: readonly string[];
  readonly BS?: readonly string[];
  readonly L?: readonly Value[];
  readonly M?: Item;
}
export type Item = Readonly<Record<string, Value>>;
export type PlainItem = Readonly<Record<string, unknown>>;

/** The record of a line. */
export function itemOf(line: string): Item {
  return (JSON.parse(line) as { readonly Item: Item }).Item;
}

/** The same for the client, which takes bytes as such. */
export function forClient(item: Item): Record<string, AttributeValue> {
  return mapped(item, valueForClient);
}

function valueForClient(value: Value): AttributeValue {
  const bytes = (text: string) => Buffer.from(text, 'base64');
  if (value.B !== undefined) return { B: bytes(value.B) };
  if (value.BS !== undefined) return { BS: value.BS.map(bytes) };
  if (value.L !== undefined) return { L: value.L.map(valueForClient) };
  if (value.M !== undefined) return { M: forClient(value.M) };
  return value as AttributeValue;
}

/** The reverse. */
export function fromClient(item: Readonly<Record<string, AttributeValue>>): Item {
  return Object.fromEntries(Object.entries(item).map(([name, value]) => [name, valueOf(value)]));
}

function valueOf(value: AttributeValue): Value {
  const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');
  if (value.B !== undefined) return { B: base64(value.B) };
  if (value.BS !== undefined) return { BS: value.BS.map(base64) };
  if (value.L !== undefined) return { L: value.L.map(valueOf) };
  if (value.M !== undefined) return { M: fromClient(value.M) };
  return value;
}

/** Without DynamoDB's types. Bytes stay in Base64. */
export function plain(item: Item): PlainItem {
  return mapped(item, plainValue);
}

function plainValue(value: Value): unknown {
  if (value.N !== undefined) return Number(value.N);
  if (value.NULL === true) return null;
  if (value.L !== undefined) return value.L.map(plainValue);
  if (value.M !== undefined) return plain(value.M);
  return value.S ?? value.BOOL ?? value.B ?? value.SS ?? value.NS ?? value.BS;
}

function mapped<T>(item: Item, make: (value: Value) => T): Record<string, T> {
  return Object.fromEntries(Object.entries(item).map(([name, value]) => [name, make(value)]));
}
