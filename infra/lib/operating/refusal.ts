/** Why a command does not go on: one message, for a person, without a stack trace. */
export class Refusal extends Error {
  constructor(...lines: readonly string[]) {
    super(lines.join('\n'));
    this.name = 'Refusal';
  }
}
