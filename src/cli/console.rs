//! Standard output and error, with colours only where a human reads them.

use std::io::{self, BufWriter, IsTerminal, Write};

use super::CliError;

/// Where commands print.
pub struct Console {
    out: BufWriter<io::Stdout>,
    colour: bool,
    terminal: bool,
    failed: bool,
}

/// How a piece of text stands out on a terminal.
#[derive(Clone, Copy, Debug)]
pub enum Tone {
    /// Something holds.
    Good,
    /// Something does not.
    Bad,
    /// A heading.
    Strong,
    /// Less important.
    Faint,
}

impl Console {
    /// The process's own output. Colours are used on a terminal unless `NO_COLOR` is set.
    pub fn standard() -> Self {
        let terminal = io::stdout().is_terminal();
        let colour = terminal && std::env::var_os("NO_COLOR").is_none_or(|v| v.is_empty());
        Self {
            out: BufWriter::new(io::stdout()),
            colour,
            terminal,
            failed: false,
        }
    }

    /// Whether output may carry colours.
    pub fn colour(&self) -> bool {
        self.colour
    }

    /// Whether a human reads along.
    pub fn is_terminal(&self) -> bool {
        self.terminal
    }

    /// Prints `text` as it is.
    pub fn print(&mut self, text: impl AsRef<str>) {
        // A reader that stops listening (`rbk lint | head`) ends the output, not the command.
        match self.out.write_all(text.as_ref().as_bytes()) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {}
            Err(_) => self.failed = true,
        }
    }

    /// Prints `text` and ends the line.
    pub fn line(&mut self, text: impl AsRef<str>) {
        self.print(text);
        self.print("\n");
    }

    /// `text` in a tone, when colours are used.
    pub fn toned(&self, tone: Tone, text: &str) -> String {
        if !self.colour {
            return text.to_owned();
        }
        let code = match tone {
            Tone::Good => "32",
            Tone::Bad => "31",
            Tone::Strong => "1",
            Tone::Faint => "2",
        };
        format!("\u{1b}[{code}m{text}\u{1b}[0m")
    }

    /// Prints what was written so far, so that somebody waiting can see it.
    pub fn flush(&mut self) {
        match self.out.flush() {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {}
            Err(_) => self.failed = true,
        }
    }

    /// Prints an error and its remedy to standard error.
    pub fn error(&mut self, error: &CliError) {
        self.flush();
        let mut text = format!("error: {error}\n");
        if let Some(remedy) = error.remedy() {
            text.push_str(&format!("  help: {remedy}\n"));
        }
        // Nothing is left to tell it to when standard error is gone.
        let _ = io::stderr().write_all(text.as_bytes());
    }

    /// Flushes.
    ///
    /// # Errors
    /// When something could not be written, other than to a reader that stopped listening.
    pub fn finish(mut self) -> io::Result<()> {
        self.flush();
        if self.failed {
            Err(io::Error::other("output was lost"))
        } else {
            Ok(())
        }
    }
}
