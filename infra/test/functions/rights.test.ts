/** The whole list of what each function may do. A right that is added without a line here fails. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Handler } from '../../lib/functions/function.ts';
import { grantsOf } from '../../lib/records/partitions.ts';
import { templateOf } from '../deployment.ts';
import { rightsOf } from '../rights.ts';

const template = templateOf();

/** What `PARTITIONS` gives a function; `test/records/partitions.test.ts` holds what matters of that. */
function records(handler: Handler): string[] {
  return grantsOf(handler).flatMap(({ actions, partitions }) => {
    const held = { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': partitions } };
    return actions.map((action) => `${action} on <RecordsTable.Arn> if ${JSON.stringify(held)}`);
  });
}

const INDEX = 'dynamodb:Query on <RecordsTable.Arn>/index/gsi1';
const REGISTER = 'lambda:InvokeFunction on <FunctionsRegisterFunction.Arn>';

const WALLET = 'arn:<AWS::Partition>:codepipeline:eu-west-1:111111111111:wallet-dev';
const PIPELINES = [
  `codepipeline:GetPipelineExecution on ${WALLET}`,
  `codepipeline:GetPipelineState on ${WALLET}`,
  `codepipeline:ListActionExecutions on ${WALLET}`,
  `codepipeline:ListPipelineExecutions on ${WALLET}`,
  `codepipeline:PutApprovalResult on ${WALLET}/*/*`,
  `codepipeline:RetryStageExecution on ${WALLET}/*`,
  `codepipeline:RollbackStage on ${WALLET}/*`,
  `codepipeline:StartPipelineExecution on ${WALLET}`,
];

function own(name: string): string[] {
  return [
    `logs:CreateLogStream on <Functions${name}Logs.Arn>`,
    `logs:PutLogEvents on <Functions${name}Logs.Arn>`,
  ];
}

const EXPECTED: Readonly<Record<string, readonly string[]>> = {
  web: [
    ...records('web'),
    INDEX,
    ...PIPELINES,
    ...own('Web'),
    'dynamodb:Scan on <RecordsTable.Arn>',
    REGISTER,
    's3:AbortMultipartUpload on <ReleasesBucket.Arn>/staging/*',
    's3:DeleteObject on <ReleasesBucket.Arn>/staging/*',
    's3:GetObject on <ReleasesBucket.Arn>/artifacts/*',
    's3:GetObject on <ReleasesBucket.Arn>/icons/*',
    's3:GetObject on <ReleasesBucket.Arn>/staging/*',
    's3:GetObject on <SealsBucket.Arn>/*',
    's3:GetObjectRetention on <SealsBucket.Arn>/*',
    's3:GetObjectVersion on <SealsBucket.Arn>/*',
    's3:ListBucket on <ReleasesBucket.Arn>',
    's3:ListBucket on <SealsBucket.Arn>',
    's3:ListBucketVersions on <SealsBucket.Arn>',
    's3:ListMultipartUploadParts on <ReleasesBucket.Arn>/staging/*',
    's3:PutObject on <ReleasesBucket.Arn>/events/*',
    's3:PutObject on <ReleasesBucket.Arn>/staging/*',
    'secretsmanager:GetSecretValue on <SessionKeySecret>',
  ],
  hooks: [
    ...records('hooks'),
    ...own('Hooks'),
    's3:PutObject on <ReleasesBucket.Arn>/events/*',
    'secretsmanager:GetSecretValue on <HookSecretsSecret>',
  ],
  events: [
    ...records('events'),
    ...own('Events'),
    's3:PutObject on <ReleasesBucket.Arn>/events/*',
    'sqs:DeleteMessage on <EventsWaitingQueue.Arn>',
    'sqs:GetQueueAttributes on <EventsWaitingQueue.Arn>',
    'sqs:ReceiveMessage on <EventsWaitingQueue.Arn>',
  ],
  action: [
    ...records('action'),
    ...own('Action'),
    'codepipeline:GetJobDetails on *',
    `codepipeline:GetPipelineExecution on ${WALLET}`,
    `codepipeline:ListActionExecutions on ${WALLET}`,
    'codepipeline:PutJobFailureResult on *',
    'codepipeline:PutJobSuccessResult on *',
    'lambda:InvokeFunction on <FunctionsUnansweredFunction.Arn>',
    's3:AbortMultipartUpload on <ReleasesBucket.Arn>/artifacts/*',
    's3:AbortMultipartUpload on <ReleasesBucket.Arn>/staging/*',
    's3:DeleteObject on <ReleasesBucket.Arn>/staging/*',
    's3:GetObject on <ReleasesBucket.Arn>/artifacts/*',
    's3:GetObject on <ReleasesBucket.Arn>/icons/*',
    's3:GetObject on <ReleasesBucket.Arn>/staging/*',
    's3:ListBucket on <ReleasesBucket.Arn>',
    's3:PutObject on <ReleasesBucket.Arn>/artifacts/*',
    's3:PutObject on <ReleasesBucket.Arn>/icons/*',
    's3:PutObject on <ReleasesBucket.Arn>/staging/*',
  ],
  unanswered: [...own('Unanswered'), 'codepipeline:PutJobFailureResult on *'],
  register: [
    ...records('register'),
    ...own('Register'),
    's3:AbortMultipartUpload on <ReleasesBucket.Arn>/artifacts/*',
    's3:AbortMultipartUpload on <ReleasesBucket.Arn>/staging/*',
    's3:DeleteObject on <ReleasesBucket.Arn>/staging/*',
    's3:GetObject on <ReleasesBucket.Arn>/artifacts/*',
    's3:GetObject on <ReleasesBucket.Arn>/icons/*',
    's3:GetObject on <ReleasesBucket.Arn>/staging/*',
    's3:ListBucket on <ReleasesBucket.Arn>',
    's3:ListMultipartUploadParts on <ReleasesBucket.Arn>/staging/*',
    's3:PutObject on <ReleasesBucket.Arn>/artifacts/*',
    's3:PutObject on <ReleasesBucket.Arn>/icons/*',
    's3:PutObject on <ReleasesBucket.Arn>/staging/*',
  ],
  clock: [
    ...records('clock'),
    INDEX,
    ...PIPELINES,
    ...own('Clock'),
    REGISTER,
    's3:AbortMultipartUpload on <ReleasesBucket.Arn>/staging/*',
    's3:DeleteObject on <ReleasesBucket.Arn>/artifacts/*',
    's3:DeleteObject on <ReleasesBucket.Arn>/icons/*',
    's3:DeleteObject on <ReleasesBucket.Arn>/staging/*',
    's3:GetObject on <ReleasesBucket.Arn>/artifacts/*',
    's3:GetObject on <ReleasesBucket.Arn>/icons/*',
    's3:GetObject on <SealsBucket.Arn>/*',
    's3:GetObjectRetention on <SealsBucket.Arn>/*',
    's3:GetObjectVersion on <SealsBucket.Arn>/*',
    's3:ListBucket on <ReleasesBucket.Arn>',
    's3:ListBucket on <SealsBucket.Arn>',
    's3:ListBucketVersions on <SealsBucket.Arn>',
    's3:PutObject on <SealsBucket.Arn>/*',
  ],
};

for (const [name, rights] of Object.entries(EXPECTED))
  test(`${name} may do this and nothing else`, () => {
    assert.deepEqual(rightsOf(template, `towpath-dev-${name}`), rights.toSorted());
  });

test('every function has a role of its own, and is in the list', () => {
  const functions = Object.values(template.findResources('AWS::Lambda::Function')) as {
    Properties: { FunctionName: string; Role: unknown };
  }[];
  assert.deepEqual(
    functions.map(({ Properties }) => Properties.FunctionName).sort(),
    Object.keys(EXPECTED)
      .map((name) => `towpath-dev-${name}`)
      .sort(),
  );
  const roles = functions.map(({ Properties }) => JSON.stringify(Properties.Role));
  assert.equal(new Set(roles).size, functions.length);
});

test('files of builds are written where packages are read, and not where people are served', () => {
  const writers = Object.keys(EXPECTED).filter((name) =>
    rightsOf(template, `towpath-dev-${name}`).some((right) =>
      /^s3:PutObject on <ReleasesBucket\.Arn>\/(artifacts|icons)\//.test(right),
    ),
  );
  assert.deepEqual(writers, ['action', 'register']);
});

test('without pipelines in towpath.toml, nobody may run any', () => {
  const none = templateOf(undefined, '[[apps]]\nid = "wallet"\nname = "Wallet"\n');
  const rights = rightsOf(none, 'towpath-dev-web');
  assert.deepEqual(
    rights.filter((right) => right.startsWith('codepipeline:')),
    [],
  );
});

test('a pipeline of another account is not reached by the own role', () => {
  const elsewhere = templateOf(
    undefined,
    `[[pipelines]]
source = "codepipeline"
name = "wallet-prod"
account = "333333333333"
app = "wallet"
environment = "prod"
`,
  );
  const rights = rightsOf(elsewhere, 'towpath-dev-web');
  assert.deepEqual(
    rights.filter((right) => right.startsWith('codepipeline:')),
    [],
  );
});

test('what paths name is reached: pipelines, roles, buckets; buckets by the clock alone', () => {
  const role = (name: string) => `arn:aws:iam::333333333333:role/${name}`;
  const configured = templateOf(
    undefined,
    `[[paths]]
[[paths.steps]]
environment = "dev"
target = { codepipeline = "wallet-carry" }
[[paths.steps]]
environment = "preprod"
target = { codepipeline = "wallet-far", account = "333333333333", role = "${role('start')}" }
[[paths.steps]]
environment = "prod"
target = { bucket = "prod-releases", role = "${role('towpath-prod-receive')}" }
[[paths.steps]]
environment = "last"
target = { bucket = "near-releases" }
`,
  );
  const reached = (name: string) =>
    rightsOf(configured, `towpath-dev-${name}`).filter(
      (right) => right.startsWith('sts:') || right.includes('near-releases'),
    );
  assert.deepEqual(reached('web'), [`sts:AssumeRole on ${role('start')}`]);
  const near = 'on arn:<AWS::Partition>:s3:::near-releases/artifacts/*';
  assert.deepEqual(reached('clock'), [
    `s3:AbortMultipartUpload ${near}`,
    `s3:GetObject ${near}`,
    `s3:PutObject ${near}`,
    `sts:AssumeRole on ${role('start')}`,
    `sts:AssumeRole on ${role('towpath-prod-receive')}`,
  ]);
  const start =
    'codepipeline:StartPipelineExecution on arn:<AWS::Partition>:codepipeline:eu-west-1:111111111111:wallet-carry';
  assert.ok(rightsOf(configured, 'towpath-dev-web').includes(start));
});
