//! TCP proxies that reset a connection that was idle when its next request comes.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};

/// A proxy in front of a server, answers so many requests on a connection, and resets it at the next. Gives its address.
pub(crate) async fn before(address: &str, requests: usize) -> String {
    let (listener, own, behind) = listen(address).await;
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            tokio::spawn(relay(client, behind.clone(), requests));
        }
    });
    own
}

/// A proxy in front of a server, and resets as many of the next connections as are counted down. Gives its address.
pub(crate) async fn breaking(address: &str) -> (String, Arc<AtomicUsize>) {
    let (listener, own, behind) = listen(address).await;
    let breaks = Arc::new(AtomicUsize::new(0));
    let left = breaks.clone();
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            let take = |left: usize| left.checked_sub(1);
            let breaks = left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, take);
            let requests = if breaks.is_ok() { 0 } else { usize::MAX };
            tokio::spawn(relay(client, behind.clone(), requests));
        }
    });
    (own, breaks)
}

async fn listen(address: &str) -> (TcpListener, String, String) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let own = format!("http://{}", listener.local_addr().unwrap());
    let behind = address.strip_prefix("http://").unwrap().to_owned();
    (listener, own, behind)
}

/// Passes on requests and their answers. A connection that is dropped with something unread on it is reset.
async fn relay(mut client: TcpStream, behind: String, requests: usize) -> std::io::Result<()> {
    let mut server = TcpStream::connect(behind).await?;
    let (mut asked, mut answering) = (0, true);
    let (mut from_client, mut from_server) = ([0; 16 << 10], [0; 16 << 10]);
    loop {
        tokio::select! {
            readable = client.readable() => {
                readable?;
                if answering {
                    if client.peek(&mut from_client).await? == 0 || asked == requests {
                        return Ok(());
                    }
                    (asked, answering) = (asked + 1, false);
                }
                let length = client.read(&mut from_client).await?;
                if length == 0 {
                    return Ok(());
                }
                server.write_all(&from_client[..length]).await?;
            }
            length = server.read(&mut from_server) => {
                let length = length?;
                if length == 0 {
                    return Ok(());
                }
                client.write_all(&from_server[..length]).await?;
                answering = true;
            }
        }
    }
}
