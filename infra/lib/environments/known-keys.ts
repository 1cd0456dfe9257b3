/** The keys that `environments.toml` may have at a place: what a misspelt one is compared with. */
import { z } from 'zod';
import { file } from './schema.ts';

export function keysAt(path: readonly PropertyKey[]): string[] {
  let schemas: z.core.$ZodType[] = [file];
  for (const step of path)
    schemas = schemas.flatMap(unwrapped).flatMap((schema) => inner(schema, step));
  return [...new Set(schemas.flatMap(unwrapped).flatMap(keysOf))].sort();
}

/** What is under defaults, options and alternatives. */
function unwrapped(schema: z.core.$ZodType): z.core.$ZodType[] {
  if (
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodPrefault
  )
    return unwrapped(schema.unwrap());
  if (schema instanceof z.ZodUnion) return alternatives(schema).flatMap(unwrapped);
  return [schema];
}

function alternatives(schema: z.ZodUnion): readonly z.core.$ZodType[] {
  return schema.options;
}

function inner(schema: z.core.$ZodType, step: PropertyKey): z.core.$ZodType[] {
  if (schema instanceof z.ZodArray) return [schema.element];
  const found =
    schema instanceof z.ZodObject && typeof step === 'string' ? shape(schema)[step] : undefined;
  return found === undefined ? [] : [found];
}

function shape(schema: z.ZodObject): Readonly<Record<string, z.core.$ZodType>> {
  return schema.shape;
}

function keysOf(schema: z.core.$ZodType): string[] {
  return schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
}
