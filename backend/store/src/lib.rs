//! The table (DynamoDB) and the objects (S3).
