/** The objects that a record names. `backend/store/src/object_keys.rs` says where they lie. */
import { z } from 'zod';
import { type Item, plain } from './items.ts';

const build = z.object({
  app: z.string(),
  artifacts: z.array(
    z.object({
      name: z.string(),
      digest: z.string(),
      package: z.object({ icon: z.object({ digest: z.string() }).nullish() }).nullish(),
    }),
  ),
});

/** The files and icons of a build; nothing of another record, or of a build that a later version wrote. */
export function namedObjects(item: Item): string[] {
  if (!item['pk']?.S?.startsWith('BUILD#') || item['sk']?.S !== 'BUILD') return [];
  const { data } = build.safeParse(plain(item));
  if (!data) return [];
  const { app, artifacts } = data;
  return artifacts.flatMap(({ name, digest, package: inside }) => [
    `artifacts/${app}/${digest}/${name}`,
    ...(inside?.icon ? [`icons/${app}/${inside.icon.digest}`] : []),
  ]);
}
