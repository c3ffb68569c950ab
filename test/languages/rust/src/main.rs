//! The services that the programs of all languages have in common; ../driver.ts drives them.

use std::collections::HashMap;
use std::sync::Mutex;
use std::time::Duration;

use restate_sdk::prelude::*;
use restate_sdk::serde::Json;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize)]
struct Entry {
    key: String,
    line: String,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct DelayedEntry {
    key: String,
    line: String,
    delay_millis: u64,
}

#[derive(Serialize, Deserialize)]
struct Reply {
    id: String,
    text: String,
}

#[derive(Serialize, Deserialize)]
struct Failures {
    key: String,
    count: u32,
}

struct Ledger;

#[object]
impl Ledger {
    #[handler]
    async fn append(&self, ctx: ObjectContext<'_>, line: String) -> HandlerResult<u32> {
        let mut lines = stored_lines(ctx.get("lines").await?);
        lines.push(line);
        let count = lines.len() as u32;
        ctx.set("lines", Json(lines));
        Ok(count)
    }

    #[handler]
    async fn lines(&self, ctx: SharedObjectContext<'_>) -> HandlerResult<Json<Vec<String>>> {
        Ok(Json(stored_lines(ctx.get("lines").await?)))
    }

    #[handler]
    async fn clear(&self, ctx: ObjectContext<'_>) -> HandlerResult<()> {
        ctx.clear_all();
        Ok(())
    }
}

fn stored_lines(lines: Option<Json<Vec<String>>>) -> Vec<String> {
    lines.map(Json::into_inner).unwrap_or_default()
}

async fn append(ctx: &Context<'_>, key: &str, line: String) -> Result<u32, TerminalError> {
    ctx.object_client::<LedgerClient>(key).append(line).call().await
}

#[derive(Default)]
struct Workbench {
    attempts: Mutex<HashMap<String, u32>>,
}

#[service]
impl Workbench {
    #[handler]
    async fn greet(&self, ctx: Context<'_>, name: String) -> HandlerResult<String> {
        let salutation = ctx.run(|| async { Ok("Hello".to_string()) }).name("salutation").await?;
        Ok(format!("{salutation}, {name}!"))
    }

    /// Three steps whose results differ each time they run: what a second run of a journaled step would show.
    #[handler]
    async fn trail(&self, ctx: Context<'_>, key: String) -> HandlerResult<Json<Vec<String>>> {
        let mut tokens = Vec::new();
        for number in 0..3 {
            let token = ctx
                .run(|| async { Ok(uuid::Uuid::new_v4().to_string()) })
                .name(format!("token-{number}"))
                .await?;
            append(&ctx, &key, token.clone()).await?;
            ctx.sleep(Duration::from_millis(300)).await?;
            tokens.push(token);
        }
        Ok(Json(tokens))
    }

    #[handler]
    async fn nap(&self, ctx: Context<'_>, millis: u64) -> HandlerResult<String> {
        ctx.sleep(Duration::from_millis(millis)).await?;
        Ok("awake".to_string())
    }

    #[handler]
    async fn record(&self, ctx: Context<'_>, entry: Json<Entry>) -> HandlerResult<u32> {
        let Entry { key, line } = entry.into_inner();
        Ok(append(&ctx, &key, line).await?)
    }

    #[handler]
    async fn post(&self, ctx: Context<'_>, entry: Json<DelayedEntry>) -> HandlerResult<String> {
        let entry = entry.into_inner();
        let delay = Duration::from_millis(entry.delay_millis);
        let sent = ctx.object_client::<LedgerClient>(entry.key).append(entry.line).send_after(delay);
        Ok(sent.await?.invocation_id().to_string())
    }

    /// Writes the id of an awakeable into the ledger and waits for it.
    #[handler]
    async fn ask(&self, ctx: Context<'_>, key: String) -> HandlerResult<String> {
        let (id, answer) = ctx.awakeable::<String>();
        ctx.object_client::<LedgerClient>(key).append(id).send();
        Ok(format!("the answer is {}", answer.await?))
    }

    #[handler]
    async fn reply(&self, ctx: Context<'_>, to: Json<Reply>) -> HandlerResult<()> {
        let Reply { id, text } = to.into_inner();
        ctx.resolve_awakeable(&id, text);
        Ok(())
    }

    #[handler]
    async fn refuse(&self, _ctx: Context<'_>, reason: String) -> HandlerResult<()> {
        Err(TerminalError::new_with_code(418, reason).into())
    }

    /// A step that fails `count` times before it succeeds; answers how often it ran.
    #[handler]
    async fn stubborn(&self, ctx: Context<'_>, failures: Json<Failures>) -> HandlerResult<u32> {
        let Failures { key, count } = failures.into_inner();
        let retries = RunRetryPolicy::default().initial_delay(Duration::from_millis(10)).max_attempts(10);
        let ran = ctx
            .run(|| async {
                let mut attempts = self.attempts.lock().expect("no step panics");
                let attempt = attempts.entry(key).or_default();
                *attempt += 1;
                if *attempt <= count {
                    return Err(std::io::Error::other("not yet").into());
                }
                Ok(*attempt)
            })
            .name("stubborn")
            .retry_policy(retries);
        Ok(ran.await?)
    }

    #[handler]
    async fn echo(&self, ctx: Context<'_>, text: String) -> HandlerResult<String> {
        Ok(ctx.run(|| async { Ok(text) }).name("echo").await?)
    }
}

struct Approval;

#[workflow]
impl Approval {
    #[handler]
    async fn run(&self, ctx: WorkflowContext<'_>, document: String) -> HandlerResult<String> {
        ctx.set("stage", "waiting".to_string());
        let decision = ctx.promise::<String>("decision").await?;
        ctx.set("stage", "decided".to_string());
        Ok(format!("{document}: {decision}"))
    }

    #[handler]
    async fn decide(&self, ctx: SharedWorkflowContext<'_>, decision: String) -> HandlerResult<()> {
        ctx.resolve_promise("decision", decision);
        Ok(())
    }

    #[handler]
    async fn stage(&self, ctx: SharedWorkflowContext<'_>) -> HandlerResult<String> {
        Ok(ctx.get("stage").await?.unwrap_or_else(|| "unknown".to_string()))
    }
}

struct Trip;

#[service]
impl Trip {
    /// A saga: books two parts, then waits for an hour; whoever cancels it gets both cancelled in reverse order.
    #[handler]
    async fn book(&self, ctx: Context<'_>, key: String) -> HandlerResult<String> {
        let mut booked = Vec::new();
        match travel(&ctx, &key, &mut booked).await {
            Ok(()) => Ok("travelled".to_string()),
            Err(error) => {
                for part in booked.iter().rev() {
                    append(&ctx, &key, format!("{part} cancelled")).await?;
                }
                Err(error.into())
            }
        }
    }
}

async fn travel(ctx: &Context<'_>, key: &str, booked: &mut Vec<&str>) -> Result<(), TerminalError> {
    for part in ["flight", "car"] {
        booked.push(part);
        append(ctx, key, format!("{part} booked")).await?;
    }
    ctx.sleep(Duration::from_secs(3600)).await
}

#[tokio::main(worker_threads = 2)]
async fn main() {
    let port = std::env::var("PORT").expect("PORT is set");
    let endpoint = Endpoint::builder()
        .bind(Workbench::default())
        .bind(Ledger)
        .bind(Approval)
        .bind(Trip)
        .build();
    let address = format!("127.0.0.1:{port}").parse().expect("PORT is a port");
    HttpServer::new(endpoint).listen_and_serve(address).await;
}
