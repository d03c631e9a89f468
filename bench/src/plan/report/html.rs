//! The page's frame: headings, tables and figures.

/// A page that is being written.
pub(crate) struct Page {
    title: String,
    body: String,
}

/// A table: its caption, its columns, its rows.
pub(crate) struct Table {
    pub(crate) caption: String,
    pub(crate) columns: Vec<String>,
    pub(crate) rows: Vec<Vec<String>>,
}

impl Table {
    pub(crate) fn new(caption: &str, columns: &[&str]) -> Self {
        let columns = columns.iter().map(|column| (*column).to_owned()).collect();
        Table { caption: caption.to_owned(), columns, rows: Vec::new() }
    }

    pub(crate) fn row(&mut self, cells: &[&str]) {
        self.rows.push(cells.iter().map(|cell| (*cell).to_owned()).collect());
    }

    /// The first column is read from the left, all others are numbers.
    fn html(&self) -> String {
        let mut html = format!("<table><caption>{}</caption>\n", escaped(&self.caption));
        if self.columns.iter().any(|column| !column.is_empty()) {
            let cells: String = self
                .columns
                .iter()
                .map(|column| format!("<th scope=\"col\">{}</th>", escaped(column)))
                .collect();
            html.push_str(&format!("<thead><tr>{cells}</tr></thead>\n"));
        }
        html.push_str("<tbody>\n");
        for row in &self.rows {
            let cells = row.iter().enumerate().map(|(place, cell)| match place {
                0 => format!("<th scope=\"row\">{}</th>", escaped(cell)),
                _ => format!("<td>{}</td>", escaped(cell)),
            });
            html.push_str(&format!("<tr>{}</tr>\n", cells.collect::<String>()));
        }
        html.push_str("</tbody></table>\n");
        html
    }
}

impl Page {
    pub(crate) fn new(title: &str) -> Self {
        Page { title: title.to_owned(), body: String::new() }
    }

    /// The sentence on top.
    pub(crate) fn lead(&mut self, sentence: &str, is_good: bool) {
        let class = if is_good { "lead" } else { "lead bad" };
        self.body.push_str(&format!("<p class=\"{class}\">{}</p>\n", escaped(sentence)));
    }

    pub(crate) fn heading(&mut self, text: &str) {
        self.body.push_str(&format!("<h2>{}</h2>\n", escaped(text)));
    }

    pub(crate) fn text(&mut self, text: &str) {
        self.body.push_str(&format!("<p>{}</p>\n", escaped(text)));
    }

    pub(crate) fn formula(&mut self, text: &str) {
        self.body.push_str(&format!("<p class=\"formula\">{}</p>\n", escaped(text)));
    }

    pub(crate) fn list(&mut self, items: &[&str]) {
        let items = items.iter().map(|item| format!("<li>{}</li>\n", escaped(item)));
        self.body.push_str(&format!("<ul>\n{}</ul>\n", items.collect::<String>()));
    }

    pub(crate) fn table(&mut self, table: &Table) {
        self.body.push_str(&format!("<div class=\"scroll\">{}</div>\n", table.html()));
    }

    /// Tables side by side where there is room.
    pub(crate) fn columns(&mut self, tables: &[&Table]) {
        self.body.push_str("<div class=\"columns\">\n");
        tables.iter().for_each(|table| self.table(table));
        self.body.push_str("</div>\n");
    }

    /// A drawing with what it shows.
    pub(crate) fn figure(&mut self, drawing: &str, caption: &str) {
        let caption = escaped(caption);
        let label = format!("<svg role=\"img\" aria-label=\"{caption}\" ");
        let drawing = drawing.replacen("<svg ", &label, 1);
        let figure = format!("<figure>\n{drawing}<figcaption>{caption}</figcaption>\n</figure>\n");
        self.body.push_str(&figure);
    }

    pub(crate) fn finish(self) -> String {
        let (title, body, style) = (escaped(&self.title), self.body, include_str!("style.css"));
        format!(
            "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <meta name=\"color-scheme\" content=\"light dark\">\n\
             <title>{title}</title>\n<style>\n{style}</style>\n</head>\n<body>\n<main>\n\
             <h1>{title}</h1>\n{body}</main>\n</body>\n</html>\n"
        )
    }
}

/// Text that stands for itself in HTML.
pub(crate) fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            other => escaped.push(other),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_cannot_become_markup() {
        let mut table = Table::new("<b>", &["a&b", ""]);
        table.row(&["\"", "<i>"]);
        let html = table.html();
        for raw in ["<b>", "<i>", "a&b", "\"\""] {
            assert!(!html.contains(raw), "{raw}");
        }
        let mut page = Page::new("&");
        page.figure("<svg width=\"1\"></svg>", "what \"it\" shows");
        assert!(
            page.finish().contains("<svg role=\"img\" aria-label=\"what &quot;it&quot; shows\"")
        );
    }
}
