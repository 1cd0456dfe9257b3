/** `make redrive`: has what lies aside of an environment's events recorded after all. */
import { setTimeout } from 'node:timers/promises';
import {
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  ListMessageMoveTasksCommand,
  QueueDoesNotExist,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
  StartMessageMoveTaskCommand,
} from '@aws-sdk/client-sqs';
import { physicalName } from '../deployment.ts';
import type { Environment } from '../environments/environment.ts';
import { goOn } from './ask.ts';
import { checkIdentity } from './identity.ts';
import { Refusal } from './refusal.ts';

/** A queue where something lies that belongs elsewhere. */
interface Aside {
  readonly name: string;
  readonly url: string;
  readonly messages: number;
}

export async function redrive(environment: Environment): Promise<void> {
  await checkIdentity(environment);
  const client = new SQSClient({ region: environment.region });
  const find = (name: string) => queueCalled(client, environment, name);
  const [events, refused, undelivered, missed] = await Promise.all([
    find('events'),
    find('events-dead-letters'),
    find('events-undelivered'),
    find('clock-missed'),
  ]);

  for (const { name, messages } of [refused, undelivered])
    console.log(`==> ${name}: ${counted(messages)}`);
  if (missed.messages > 0)
    console.log(
      `==> ${missed.name}: ${counted(missed.messages)}, which stay: a later call of the clock did their work (docs/runbook.md, "The clock is silent")`,
    );
  if (refused.messages + undelivered.messages === 0) {
    console.log('==> nothing to move');
    return;
  }
  await goOn(`Move them to ${events.name}?`);
  const moved =
    (refused.messages > 0 ? await moveBack(client, refused) : 0) +
    (undelivered.messages > 0 ? await sendOn(client, undelivered, events) : 0);
  console.log(
    `==> moved ${counted(moved)} to ${events.name}. What cannot be recorded comes back after ten hours`,
  );
}

function counted(messages: number): string {
  return messages === 1 ? '1 message' : `${messages} messages`;
}

async function queueCalled(
  client: SQSClient,
  environment: Environment,
  queue: string,
): Promise<Aside> {
  const name = physicalName(environment, queue);
  try {
    const { QueueUrl: url = '' } = await client.send(new GetQueueUrlCommand({ QueueName: name }));
    return { name, url, messages: await messagesIn(client, url) };
  } catch (error) {
    if (error instanceof QueueDoesNotExist)
      throw new Refusal(
        `there is no queue ${name} in ${environment.account}, ${environment.region}: "${environment.name}" is not deployed there`,
      );
    throw error;
  }
}

async function messagesIn(client: SQSClient, url: string): Promise<number> {
  const { Attributes } = await client.send(
    new GetQueueAttributesCommand({
      QueueUrl: url,
      AttributeNames: ['ApproximateNumberOfMessages'],
    }),
  );
  return Number(Attributes?.ApproximateNumberOfMessages ?? 0);
}

async function arnOf(client: SQSClient, url: string): Promise<string> {
  const { Attributes } = await client.send(
    new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ['QueueArn'] }),
  );
  return Attributes?.QueueArn ?? '';
}

/** SQS itself moves what a queue had put aside, back to where it came from. */
async function moveBack(client: SQSClient, { name, url }: Aside): Promise<number> {
  const SourceArn = await arnOf(client, url);
  const newest = async () => {
    const { Results } = await client.send(
      new ListMessageMoveTasksCommand({ SourceArn, MaxResults: 1 }),
    );
    return Results?.[0];
  };
  const before = await newest();
  const running = before?.Status === 'RUNNING';
  // One that somebody started goes on: SQS takes no second one beside it.
  if (!running) await client.send(new StartMessageMoveTaskCommand({ SourceArn }));
  for (let told = -1; ;) {
    await setTimeout(500);
    const task = await newest();
    if (task === undefined || (!running && task.StartedTimestamp === before?.StartedTimestamp))
      continue;
    const moved = task.ApproximateNumberOfMessagesMoved ?? 0;
    if (moved !== told) console.log(`==> ${name}: moved ${counted(moved)}`);
    told = moved;
    if (task.Status === 'COMPLETED') return moved;
    if (task.Status !== 'RUNNING')
      throw new Refusal(
        `moving the messages of ${name} back ended as ${String(task.Status)}: ${task.FailureReason ?? 'without a reason'}`,
      );
  }
}

/**
 * Events that EventBridge could not put into the queue: they were never in it, so that SQS knows no queue to move them back
 * to. Each is sent before it is deleted, for an event that is recorded twice changes nothing.
 */
async function sendOn(client: SQSClient, from: Aside, to: Aside): Promise<number> {
  for (let moved = 0; ;) {
    const { Messages = [] } = await client.send(
      new ReceiveMessageCommand({
        QueueUrl: from.url,
        MaxNumberOfMessages: 10,
        WaitTimeSeconds: 2,
      }),
    );
    if (Messages.length === 0) return moved;
    for (const { Body, ReceiptHandle } of Messages) {
      await client.send(new SendMessageCommand({ QueueUrl: to.url, MessageBody: Body }));
      await client.send(new DeleteMessageCommand({ QueueUrl: from.url, ReceiptHandle }));
      moved += 1;
    }
    console.log(`==> ${from.name}: moved ${counted(moved)}`);
  }
}
