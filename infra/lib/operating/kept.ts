import {
  type CloudFormationClient,
  GetTemplateCommand,
  ListStackResourcesCommand,
} from '@aws-sdk/client-cloudformation';

/** A resource that stays when its stack goes. */
export interface Kept {
  readonly type: string;
  readonly id: string;
}

interface TemplateBody {
  readonly Resources: Readonly<Record<string, { readonly DeletionPolicy?: string }>>;
}

/** What the stack leaves behind when it goes. */
export async function keptOf(client: CloudFormationClient, stack: string): Promise<Kept[]> {
  const { TemplateBody: body } = await client.send(new GetTemplateCommand({ StackName: stack }));
  const { Resources } = JSON.parse(body ?? '{"Resources":{}}') as TemplateBody;
  const kept: Kept[] = [];
  let NextToken: string | undefined;
  do {
    const page = await client.send(
      new ListStackResourcesCommand({ StackName: stack, ...(NextToken && { NextToken }) }),
    );
    for (const {
      LogicalResourceId,
      PhysicalResourceId,
      ResourceType,
    } of page.StackResourceSummaries ?? [])
      if (
        PhysicalResourceId &&
        ResourceType &&
        stays(Resources[LogicalResourceId ?? '']?.DeletionPolicy)
      )
        kept.push({ type: ResourceType, id: PhysicalResourceId });
    ({ NextToken } = page);
  } while (NextToken);
  return kept.filter(({ type }) => HOLDS_DATA.has(type));
}

/** Policies of buckets and versions of layers stay, too, but are no data. */
const HOLDS_DATA = new Set(['AWS::Cognito::UserPool', 'AWS::DynamoDB::Table', 'AWS::S3::Bucket']);

function stays(policy: string | undefined): boolean {
  return policy === 'Retain' || policy === 'RetainExceptOnCreate';
}
