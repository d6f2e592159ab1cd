//! The least that a sign-in can cost with these libraries on this machine: the same requests by a bare client, and as
//! many durable transactions of one row by a bare pool. What ours costs beyond that is ours.

use std::time::Duration;

use reqwest::Client;
use sqlx::AnyPool;
use sqlx::any::AnyPoolOptions;

use crate::microsoft::Microsoft;

pub(crate) struct Floor {
    client: Client,
    microsoft: Microsoft,
    pool: AnyPool,
    row: String,
}

impl Floor {
    pub(crate) async fn prepare(engine: &str, database: &str, microsoft: Microsoft) -> Self {
        let client = Client::builder().no_proxy().tls_certs_only([]);
        let settings = match engine {
            "SQLite" => {
                "pragma journal_mode = wal; pragma synchronous = full; pragma secure_delete = on;"
            }
            _ => "set synchronous_commit = on;",
        };
        let pool = AnyPoolOptions::new()
            .max_connections(1)
            .acquire_timeout(Duration::from_secs(5))
            .connect(database)
            .await
            .unwrap();
        sqlx::raw_sql(settings).execute(&pool).await.unwrap();
        sqlx::raw_sql("create table floor (id bigint not null primary key, value text not null)")
            .execute(&pool)
            .await
            .unwrap();
        Self {
            client: client.build().unwrap(),
            microsoft,
            pool,
            row: "x".repeat(500),
        }
    }

    /// One form to the token endpoint and two reads of Graph, one beside the other; all answers read.
    pub(crate) async fn ask(&self) {
        let origin = self.microsoft.origin();
        let form = [
            ("grant_type", "authorization_code"),
            ("scope", "openid"),
            ("code", "0.code"),
        ];
        let token = self
            .client
            .post(format!("{origin}/common/oauth2/v2.0/token"));
        let token = token.form(&form).send().await.unwrap();
        token.bytes().await.unwrap();
        let bearer = self.microsoft.latest_token();
        let read = async |path: &str| {
            let request = self.client.get(format!("{origin}/v1.0/{path}"));
            let answer = request.bearer_auth(&bearer).send().await.unwrap();
            answer.bytes().await.unwrap();
        };
        tokio::join!(read("me"), read("me/mailFolders/inbox"));
    }

    /// One durable transaction that writes one row.
    pub(crate) async fn commit(&self, number: i64) {
        let mut transaction = self.pool.begin().await.unwrap();
        sqlx::query("insert into floor (id, value) values ($1, $2)")
            .bind(number)
            .bind(&self.row)
            .execute(&mut *transaction)
            .await
            .unwrap();
        transaction.commit().await.unwrap();
    }

    /// The database is left as it was but for what a row takes.
    pub(crate) async fn leave(self) {
        sqlx::raw_sql("drop table floor")
            .execute(&self.pool)
            .await
            .unwrap();
        self.pool.close().await;
    }
}
