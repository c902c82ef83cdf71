//! Pages in Markdown that are made of sections of rows, and fit into what a forge takes.
//!
//! No fence is ever opened, and only whole rows are left out: whatever is cut, every table and every fold stays whole.

/// A part of a page: a title, and below it rows of a table or a list.
#[derive(Clone, Debug, Default)]
pub(crate) struct Section {
    /// Its title, in our words.
    pub(crate) title: String,
    /// Whether a reader has to open it.
    pub(crate) folded: bool,
    /// What stands above the rows, such as the head of a table.
    pub(crate) head: &'static str,
    /// The rows, each with its line break, and with everything in them that is not ours escaped.
    pub(crate) rows: Vec<String>,
    /// What stands below the rows.
    pub(crate) foot: String,
    /// Sections of the least weight are cut first.
    pub(crate) weight: u8,
    /// Rows that were cut.
    pub(crate) left_out: usize,
}

impl Section {
    /// The section in Markdown, beginning with an empty line.
    pub(crate) fn written(&self) -> String {
        let mut text = match self.folded {
            true => format!(
                "\n<details><summary>{} ({})</summary>\n\n",
                self.title,
                self.rows.len() + self.left_out
            ),
            false => format!("\n**{}**\n\n", self.title),
        };
        if !self.rows.is_empty() {
            text.push_str(self.head);
        }
        for row in &self.rows {
            text.push_str(row);
        }
        if self.left_out > 0 {
            text.push_str(&format!("\n{} more not shown here.\n", self.left_out));
        }
        if !self.foot.is_empty() {
            text.push_str(&format!("\n{}\n", self.foot));
        }
        if self.folded {
            text.push_str("\n</details>\n");
        }
        text
    }
}

/// Leaves out whole rows, those of the least weight first and from the end, until the sections are at most `most` long by
/// `length`.
pub(crate) fn fit(sections: &mut [Section], most: usize, length: fn(&str) -> usize) {
    let mut total: usize = sections.iter().map(|it| length(&it.written())).sum();
    let mut order: Vec<usize> = (0..sections.len()).collect();
    order.sort_by_key(|at| sections.get(*at).map(|section| section.weight));
    for at in order {
        let Some(section) = sections.get_mut(at) else {
            continue;
        };
        while total > most && !section.rows.is_empty() {
            let before = length(&section.written());
            let over = total - most;
            let mut freed = 0;
            while freed < over {
                let Some(row) = section.rows.pop() else { break };
                freed += length(&row);
                section.left_out += 1;
            }
            total = total + length(&section.written()) - before;
        }
    }
}
