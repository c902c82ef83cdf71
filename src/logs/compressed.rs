//! Logs as they are kept: plain, gzip or zstd, told apart by their first bytes and not by their names.

use std::io::{BufRead, BufReader, Chain, Cursor, Error, ErrorKind, Read, Result};

use flate2::read::MultiGzDecoder;
use ruzstd::decoding::BlockDecodingStrategy::UptoBlocks;
use ruzstd::decoding::FrameDecoder;
use ruzstd::decoding::errors::{FrameDecoderError, ReadFrameHeaderError};

/// Largest window of a zstd frame, which has to be in memory; `zstd` itself asks before it needs more.
const MAX_WINDOW: u64 = 128 << 20;

type Input = Box<dyn Read + Send>;

/// The text of a log, whatever it is kept as.
///
/// # Errors
/// When the beginning cannot be read. What is not as its format asks is an error when it is read.
pub fn decompressed(mut input: Input) -> Result<Input> {
    let mut magic = Vec::new();
    input.by_ref().take(4).read_to_end(&mut magic)?;
    let is_gzip = magic.starts_with(&[0x1f, 0x8b]);
    let is_zstd = magic == [0x28, 0xb5, 0x2f, 0xfd] || is_skippable(&magic);
    let whole = Cursor::new(magic).chain(input);
    Ok(match (is_gzip, is_zstd) {
        (true, _) => Box::new(MultiGzDecoder::new(BufReader::new(whole))),
        (_, true) => Box::new(Frames::of(whole)),
        _ => Box::new(whole),
    })
}

/// Frames that hold something else than text, as RFC 8878 §3.1.2 allows before the first.
fn is_skippable(magic: &[u8]) -> bool {
    matches!(magic, [0x50..=0x5f, 0x2a, 0x4d, 0x18])
}

/// The frames of a zstd file, one after the other.
struct Frames {
    input: BufReader<Chain<Cursor<Vec<u8>>, Input>>,
    decoder: FrameDecoder,
    in_frame: bool,
}

impl Frames {
    fn of(input: Chain<Cursor<Vec<u8>>, Input>) -> Self {
        let mut decoder = FrameDecoder::new();
        decoder.set_max_window_size(MAX_WINDOW);
        Self {
            input: BufReader::new(input),
            decoder,
            in_frame: false,
        }
    }

    /// Whether there is another frame with text.
    fn next(&mut self) -> Result<bool> {
        while !self.input.fill_buf()?.is_empty() {
            match self.decoder.reset(&mut self.input) {
                Ok(()) => return Ok(true),
                Err(FrameDecoderError::ReadFrameHeaderError(ReadFrameHeaderError::SkipFrame {
                    length,
                    ..
                })) => {
                    let length = u64::from(length);
                    let skipped =
                        std::io::copy(&mut self.input.by_ref().take(length), &mut std::io::sink())?;
                    if skipped < length {
                        return Err(Error::from(ErrorKind::UnexpectedEof));
                    }
                }
                Err(error) => return Err(invalid(error)),
            }
        }
        Ok(false)
    }

    fn check(&self) -> Result<()> {
        let stored = self.decoder.get_checksum_from_data();
        match stored.is_none() || stored == self.decoder.get_calculated_checksum() {
            true => Ok(()),
            false => Err(invalid("the checksum is another")),
        }
    }
}

impl Read for Frames {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        loop {
            if !self.in_frame {
                self.in_frame = self.next()?;
                if !self.in_frame {
                    return Ok(0);
                }
            }
            if self.decoder.can_collect() > 0 {
                return self.decoder.read(buffer);
            }
            if self.decoder.is_finished() {
                self.check()?;
                self.in_frame = false;
                continue;
            }
            self.decoder
                .decode_blocks(&mut self.input, UptoBlocks(1))
                .map_err(invalid)?;
        }
    }
}

fn invalid(error: impl std::fmt::Display) -> Error {
    Error::new(
        ErrorKind::InvalidData,
        format!("not as zstd writes it: {error}"),
    )
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    /// `zstd` of `hello, log\n`, with its checksum.
    const ZSTD: &[u8] = &[
        0x28, 0xb5, 0x2f, 0xfd, 0x24, 0x0b, 0x59, 0x00, 0x00, b'h', b'e', b'l', b'l', b'o', b',',
        b' ', b'l', b'o', b'g', b'\n', 0xe0, 0x06, 0xfd, 0x05,
    ];

    fn read(bytes: &[u8]) -> Result<String> {
        let mut text = String::new();
        decompressed(Box::new(Cursor::new(bytes.to_vec())))?.read_to_string(&mut text)?;
        Ok(text)
    }

    #[test]
    fn whatever_it_is_kept_as() {
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        gzip.write_all(b"hello, log\n").unwrap();
        let gzip = gzip.finish().unwrap();
        let twice = [
            ZSTD.to_vec(),
            vec![0x51, 0x2a, 0x4d, 0x18, 2, 0, 0, 0, 9, 9],
            ZSTD.to_vec(),
        ]
        .concat();
        assert_eq!(read(b"hello, log\n").unwrap(), "hello, log\n");
        assert_eq!(read(b"").unwrap(), "");
        assert_eq!(read(&gzip).unwrap(), "hello, log\n");
        assert_eq!(
            read(&[gzip.clone(), gzip].concat()).unwrap(),
            "hello, log\n".repeat(2)
        );
        assert_eq!(read(ZSTD).unwrap(), "hello, log\n");
        assert_eq!(read(&twice).unwrap(), "hello, log\n".repeat(2));
    }

    #[test]
    fn what_is_cut_off_or_changed_is_an_error() {
        for end in 4..ZSTD.len() {
            assert!(read(&ZSTD[..end]).is_err(), "{end}");
        }
        let mut changed = ZSTD.to_vec();
        changed[10] ^= 1;
        assert!(read(&changed).unwrap_err().to_string().contains("checksum"));
        assert!(read(&[0x51, 0x2a, 0x4d, 0x18, 200, 0, 0, 0, 9]).is_err());
    }
}
