import {
  type CloudFormationClient,
  GetTemplateCommand,
  ListStackResourcesCommand,
  type StackResourceSummary,
} from '@aws-sdk/client-cloudformation';

/** A resource that stays when its stack goes. */
export interface Kept {
  readonly type: string;
  readonly id: string;
}

interface TemplateBody {
  readonly Resources: Readonly<Record<string, { readonly DeletionPolicy?: string }>>;
}

/** What becomes of a stack's resources when it goes. */
export interface Fate {
  /** What holds data and stays. */
  readonly kept: readonly Kept[];
  /** What goes and cannot be made again by another deployment. */
  readonly lost: readonly Kept[];
}

export async function fateOf(client: CloudFormationClient, stack: string): Promise<Fate> {
  const { TemplateBody: body } = await client.send(new GetTemplateCommand({ StackName: stack }));
  const summaries: StackResourceSummary[] = [];
  let NextToken: string | undefined;
  do {
    const page = await client.send(
      new ListStackResourcesCommand({ StackName: stack, ...(NextToken && { NextToken }) }),
    );
    summaries.push(...(page.StackResourceSummaries ?? []));
    ({ NextToken } = page);
  } while (NextToken);
  return fateIn(body ?? '{"Resources":{}}', summaries);
}

/** The same, of a template and of what CloudFormation lists. */
export function fateIn(template: string, summaries: readonly StackResourceSummary[]): Fate {
  const { Resources } = JSON.parse(template) as TemplateBody;
  const kept: Kept[] = [];
  const lost: Kept[] = [];
  for (const summary of summaries) {
    const { PhysicalResourceId: id, ResourceType: type } = summary;
    // A creation that was undone lists what it deleted.
    if (!id || !type || summary.ResourceStatus === 'DELETE_COMPLETE') continue;
    if (!stays(Resources[summary.LogicalResourceId ?? '']?.DeletionPolicy)) {
      if (IRREPLACEABLE.has(type)) lost.push({ type, id });
    } else if (HOLDS_DATA.has(type)) kept.push({ type, id });
  }
  return { kept, lost };
}

/** What has content that no template has: what people filled in, made-up keys, lines of logs, waiting messages. */
const IRREPLACEABLE = new Set([
  'AWS::Logs::LogGroup',
  'AWS::SecretsManager::Secret',
  'AWS::SQS::Queue',
  'AWS::SSM::Parameter',
]);

/** Versions of layers stay, too, but are no data. Policies of buckets go with the stack. */
const HOLDS_DATA = new Set(['AWS::Cognito::UserPool', 'AWS::DynamoDB::Table', 'AWS::S3::Bucket']);

function stays(policy: string | undefined): boolean {
  return policy === 'Retain' || policy === 'RetainExceptOnCreate';
}
