/** Behaviours of CDK that are better than those that it keeps for old apps' sake. */
export const FLAGS: Readonly<Record<string, unknown>> = {
  '@aws-cdk/aws-iam:minimizePolicies': true,
  '@aws-cdk/core:checkSecretUsage': true,
  '@aws-cdk/core:enablePartitionLiterals': true,
  '@aws-cdk/core:target-partitions': ['aws'],
  '@aws-cdk/aws-s3:createDefaultLoggingPolicy': true,
  '@aws-cdk/aws-s3:serverAccessLogsUseBucketPolicy': true,
  '@aws-cdk/aws-sns-subscriptions:restrictSqsDescryption': true,
  '@aws-cdk/aws-apigateway:disableCloudWatchRole': true,
  '@aws-cdk/aws-lambda:recognizeLayerVersion': true,
  // Without it, a change of what no version holds, such as tags, would have Lambda publish the same version again.
  '@aws-cdk/aws-lambda:recognizeVersionProps': true,
  '@aws-cdk/customresources:installLatestAwsSdkDefault': false,
};
