//! Files to attach: small, and valid enough to be opened.

use bytes::Bytes;

use super::{dice::Dice, script::File};

/// A file of this sort about `title`, with its media type.
pub(super) fn file(sort: File, title: &str, dice: &mut Dice) -> (&'static str, Bytes) {
    match sort {
        File::Pdf => ("application/pdf", Bytes::from(pdf(title))),
        File::Csv => ("text/csv", Bytes::from(table(dice))),
        File::Png => ("image/png", logo()),
        File::Text => (
            "text/plain",
            Bytes::from(format!(
                "{title}\r\n\r\n* First point\r\n* Second point\r\n"
            )),
        ),
    }
}

/// A ring with a dot, 32 by 32 points.
pub(super) fn logo() -> Bytes {
    Bytes::from_static(include_bytes!("logo.png"))
}

/// One A4 page with a line of text (ISO 32000-1 §7.5).
fn pdf(title: &str) -> Vec<u8> {
    let shown: String = title
        .chars()
        .filter(|letter| letter.is_ascii() && !"()\\".contains(*letter))
        .collect();
    let stream = format!("BT /F1 18 Tf 72 760 Td ({shown}) Tj ET");
    let objects = [
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned(),
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F1 4 0 R >> >> /Contents 5 0 R >>".to_owned(),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>".to_owned(),
        format!("<< /Length {} >>\nstream\n{stream}\nendstream", stream.len()),
    ];
    let mut file = String::from("%PDF-1.4\n");
    let mut places = Vec::new();
    for (index, object) in objects.iter().enumerate() {
        places.push(file.len());
        file.push_str(&format!("{} 0 obj\n{object}\nendobj\n", index + 1));
    }
    let table = file.len();
    file.push_str(&format!(
        "xref\n0 {}\n0000000000 65535 f \n",
        objects.len() + 1
    ));
    for place in places {
        file.push_str(&format!("{place:010} 00000 n \n"));
    }
    file.push_str(&format!(
        "trailer\n<< /Size {} /Root 1 0 R >>\nstartxref\n{table}\n%%EOF\n",
        objects.len() + 1
    ));
    file.into_bytes()
}

fn table(dice: &mut Dice) -> String {
    let mut rows = String::from("week,cards,errors\r\n");
    for week in 1..=6 {
        rows.push_str(&format!(
            "{week},{},{}\r\n",
            4000 + dice.below(900),
            dice.below(12)
        ));
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::pdf;

    #[test]
    fn the_table_of_a_pdf_points_at_its_objects() {
        let file = String::from_utf8(pdf("Offer (new)")).expect("ascii");
        let entries = file.split("0000000000 65535 f \n").nth(1).expect("a table");
        for (index, entry) in entries.lines().take(5).enumerate() {
            let place: usize = entry[..10].parse().expect("a place");
            assert!(file[place..].starts_with(&format!("{} 0 obj", index + 1)));
        }
        assert!(file.contains("(Offer new) Tj"));
    }
}
