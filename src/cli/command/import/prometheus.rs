//! `rbk import prometheus`.

use camino::Utf8PathBuf;
use clap::Args;

use crate::cli::command::Run;
use crate::cli::command::shared::{counted, read_file, write_new};
use crate::cli::{CliError, Console, Exit};
use crate::diagnostic::visible::visible_line;
use crate::import::draft::{self, DraftError};
use crate::import::prometheus::{Imported, Importer};

/// Arguments of `rbk import prometheus`.
#[derive(Args)]
pub(super) struct Prometheus {
    /// Files of rules
    #[arg(required = true, value_name = "FILE")]
    files: Vec<Utf8PathBuf>,
    /// The folder to write to; nothing in it is overwritten
    #[arg(long, value_name = "DIR")]
    out: Utf8PathBuf,
    /// Class of incidents
    #[arg(long, value_name = "ID", default_value = "unclassified")]
    class: String,
    /// Team that answers for what is imported
    #[arg(long, value_name = "TEAM", default_value = "unassigned")]
    owner: String,
}

impl Run for Prometheus {
    fn run(self, console: &mut Console) -> Result<Exit, CliError> {
        let mut importer = Importer::new(self.class, self.owner);
        let (mut documents, mut queries, mut runbooks, mut refused) = (Vec::new(), 0, 0, 0);
        for file in &self.files {
            let bytes = read_file(file)?;
            let text = String::from_utf8(bytes).map_err(|_| {
                CliError::could_not(format!("{file} is not UTF-8")).help("rules are YAML text")
            })?;
            let rules = importer.read(&text).map_err(|why| {
                CliError::could_not(format!("{file} is no file of rules: {why}"))
                    .help("give files as Prometheus loads them, with `groups`; nothing was written")
            })?;
            for rule in rules {
                match rule {
                    Ok(it) => {
                        queries += 1;
                        runbooks += u64::from(it.runbook.is_some());
                        documents.extend(written(&it, file).map_err(CliError::could_not)?);
                    }
                    Err(why) => {
                        refused += 1;
                        console.line(visible_line(&format!("refused  {file}: {why}")));
                    }
                }
            }
        }
        write_new(&self.out, &documents)?;
        let (queries, runbooks) = (
            counted(queries, "draft query").replace("querys", "queries"),
            counted(runbooks, "draft runbook"),
        );
        console.line(format!(
            "wrote {queries} and {runbooks} below {}; {} refused",
            self.out,
            counted(refused, "rule")
        ));
        console.line("nothing acts on a draft: `rbk lint` lists what people have to decide before it is more");
        Ok(Exit::Clean)
    }
}

fn written(it: &Imported, file: &Utf8PathBuf) -> Result<Vec<(Utf8PathBuf, String)>, DraftError> {
    let id = &it.query.metadata.id;
    let origin = format!(
        "From {} of group {}, {}.",
        it.name,
        it.group,
        file.file_name().unwrap_or_default()
    );
    let comments: Vec<String> = std::iter::once(origin)
        .chain(it.description.clone())
        .collect();
    let mut files = vec![(
        format!("catalog/queries/{id}.yaml").into(),
        draft::text(&it.query, &comments)?,
    )];
    if let Some(runbook) = &it.runbook {
        files.push((
            format!("{id}/runbook.yaml").into(),
            draft::text(runbook, &comments)?,
        ));
    }
    Ok(files)
}
