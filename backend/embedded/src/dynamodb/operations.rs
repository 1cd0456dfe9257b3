//! Which operation is answered by what: those that Towpath, its tests and its measurements use.

use dynoxide::{Database, DynoxideError};

/// Why an operation was not carried out.
pub(super) enum Refused {
    /// There is no such operation here.
    Unknown,
    /// DynamoDB's own reasons.
    Because(Box<DynoxideError>),
}

impl From<DynoxideError> for Refused {
    fn from(error: DynoxideError) -> Self {
        Self::Because(Box::new(error))
    }
}

macro_rules! operations {
    ($($name:literal => $method:ident,)*) => {
        /// Carries out an operation, and returns the answer's JSON.
        pub(super) fn run(database: &Database, name: &str, body: &[u8]) -> Result<Vec<u8>, Refused> {
            match name {
                $($name => {
                    let request = serde_json::from_slice(body).map_err(|error| unread(&error))?;
                    serde_json::to_vec(&database.$method(request)?).map_err(|error| unwritten(&error))
                })*
                _ => Err(Refused::Unknown),
            }
        }
    };
}

operations! {
    "BatchGetItem" => batch_get_item,
    "BatchWriteItem" => batch_write_item,
    "CreateTable" => create_table,
    "DeleteItem" => delete_item,
    "DeleteTable" => delete_table,
    "DescribeTable" => describe_table,
    "DescribeTimeToLive" => describe_time_to_live,
    "GetItem" => get_item,
    "ListTables" => list_tables,
    "PutItem" => put_item,
    "Query" => query,
    "Scan" => scan,
    "TransactGetItems" => transact_get_items,
    "TransactWriteItems" => transact_write_items,
    "UpdateItem" => update_item,
    "UpdateTimeToLive" => update_time_to_live,
}

fn unread(error: &serde_json::Error) -> Refused {
    DynoxideError::SerializationException(error.to_string()).into()
}

fn unwritten(error: &serde_json::Error) -> Refused {
    DynoxideError::InternalServerError(error.to_string()).into()
}
