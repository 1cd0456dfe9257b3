/** Pipelines of a template as `CreatePipeline` takes them. */
import type { Template } from 'aws-cdk-lib/assertions';

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** What an action is told stays as it is: its keys are names of settings. */
const AS_IT_IS = new Set(['Configuration']);

const PSEUDO: Readonly<Record<string, string>> = {
  'AWS::Partition': 'aws',
  'AWS::Region': 'eu-west-1',
  'AWS::AccountId': '999999999999',
};

/** By the pipeline's name. */
export function declarations(template: Template): Map<string, Json> {
  const pipelines = Object.values(template.findResources('AWS::CodePipeline::Pipeline'));
  return new Map(
    pipelines.map(({ Properties }) => {
      const declaration = shaped(resolved(Properties as Json));
      return [(declaration as { name: string }).name, declaration];
    }),
  );
}

/** With a value in place of each reference. */
function resolved(value: Json): Json {
  if (Array.isArray(value)) return (value as readonly Json[]).map(resolved);
  if (typeof value !== 'object' || value === null) return value;
  const table = value as { readonly [key: string]: Json };
  const [key, inner] = Object.entries(table)[0] ?? [];
  if (key === 'Ref' && typeof inner === 'string') return PSEUDO[inner] ?? inner;
  if (key === 'Fn::Join') return joined(inner as readonly [string, readonly Json[]]);
  if (key === 'Fn::GetAtt' || key === 'Fn::ImportValue')
    return 'arn:aws:iam::999999999999:role/made';
  return Object.fromEntries(Object.entries(table).map(([name, each]) => [name, resolved(each)]));
}

function joined([between, parts]: readonly [string, readonly Json[]]): string {
  return parts
    .map(resolved)
    .filter((part) => typeof part === 'string')
    .join(between);
}

/** CloudFormation begins its keys with capitals, the API does not. */
function shaped(value: Json): Json {
  if (Array.isArray(value)) return (value as readonly Json[]).map(shaped);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value as { readonly [key: string]: Json }).map(([key, inner]) => [
      key.charAt(0).toLowerCase() + key.slice(1),
      AS_IT_IS.has(key) ? inner : shaped(inner),
    ]),
  );
}
