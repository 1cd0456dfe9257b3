/** Does something to each of many, some at a time. The first that fails ends it. */
export async function eachOf<T>(
  all: Iterable<T> | AsyncIterable<T>,
  atOnce: number,
  act: (one: T) => Promise<unknown>,
): Promise<void> {
  const running = new Set<Promise<unknown>>();
  let failed: { readonly error: unknown } | undefined;
  for await (const one of all) {
    const task: Promise<unknown> = act(one)
      .catch((error: unknown) => (failed ??= { error }))
      .finally(() => running.delete(task));
    running.add(task);
    if (running.size >= atOnce) await Promise.race(running);
    if (failed) break;
  }
  await Promise.all(running);
  if (failed) throw failed.error;
}
