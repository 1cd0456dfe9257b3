//! The use cases over a DynamoDB and an S3 inside this process, with a `CodePipeline` that only listens.

#[path = "use_cases/access.rs"]
mod access;
#[path = "use_cases/delivery.rs"]
mod delivery;
#[path = "use_cases/download.rs"]
mod download;
#[path = "use_cases/hostile.rs"]
mod hostile;
#[path = "use_cases/record.rs"]
mod record;
#[path = "use_cases/register.rs"]
mod register;
#[path = "use_cases/retention.rs"]
mod retention;
#[path = "use_cases/upload.rs"]
mod upload;
#[path = "use_cases/views.rs"]
mod views;
#[path = "use_cases/world/mod.rs"]
mod world;
