/** The image that the buildspecs are written for: Ubuntu with Java, Node.js, Git, curl and the AWS CLI. */
export const IMAGE = 'aws/codebuild/standard:7.0';
