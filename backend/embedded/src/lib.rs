//! A DynamoDB and an S3 inside this process, for the laptop and for tests.
