//! The mock keeps to what it is held against, and notices who does not.

mod asking;
mod described;
mod every;
mod lists;
mod troubles;

use jiff::Timestamp;
use serde_json::Value;

use super::Forge;

fn noon() -> Timestamp {
    "2026-11-10T12:00:00Z".parse().unwrap()
}

/// What came back.
struct Got {
    status: u16,
    headers: ureq::http::HeaderMap,
    body: String,
}

impl Got {
    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    fn header(&self, name: &str) -> &str {
        self.headers[name].to_str().unwrap()
    }
}

fn agent() -> ureq::Agent {
    let config = ureq::Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .build();
    config.new_agent()
}

fn got(mut response: ureq::http::Response<ureq::Body>) -> Got {
    Got {
        status: response.status().as_u16(),
        headers: response.headers().clone(),
        body: response.body_mut().read_to_string().unwrap(),
    }
}

fn get_with(address: &str, headers: &[(&str, &str)]) -> Got {
    let mut request = agent().get(address);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    got(request.call().unwrap())
}

impl Forge {
    fn get(&self, path: &str) -> Got {
        let address = format!("{}{path}", self.api());
        get_with(&address, &[("accept", "application/vnd.github+json")])
    }

    fn post(&self, path: &str, body: &Value) -> Got {
        let request = agent()
            .post(format!("{}{path}", self.api()))
            .header("accept", "application/vnd.github+json")
            .header("content-type", "application/json");
        got(request.send(body.to_string()).unwrap())
    }

    fn patch(&self, path: &str, body: &Value) -> Got {
        let request = agent()
            .patch(format!("{}{path}", self.api()))
            .header("accept", "application/vnd.github+json")
            .header("content-type", "application/json");
        got(request.send(body.to_string()).unwrap())
    }
}
