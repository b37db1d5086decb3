use super::*;

const HOSTILE: &str = "=cmd()|'<script>alert(1)</script>\"";

fn made() -> Export {
    let mut export = Export::new("tea".to_owned(), HOSTILE, "Half of <them> drink tea.".to_owned(), &["By counting."]);
    export.about("days", "1 Nov 2026 to 2 Nov 2026");
    export.section("drinks", "Who drinks", ("Place", "Drink"));
    export.share((HOSTILE, "tea"), "share", 0.5).between(0.25, 0.75).n(1_200).note("@note");
    export.count((HOSTILE, "tea"), "cups", 3);
    export.share(("شاي", "tea"), "share", None).note("nobody was asked");
    export.section("none", "What is empty", ("", ""));
    export
}

async fn body(response: Response) -> String {
    String::from_utf8(axum::body::to_bytes(response.into_body(), 1 << 20).await.unwrap().to_vec()).unwrap()
}

#[tokio::test]
async fn a_table_has_one_head_and_no_cell_is_a_formula() {
    let response = made().answer(Format::Csv).unwrap();
    assert_eq!(response.headers()["content-disposition"], "attachment; filename=\"tea.csv\"");
    let table = body(response).await;
    let lines: Vec<&str> = table.lines().collect();
    assert_eq!(lines[0], "section,of,name,figure,value,low,high,n,note");
    assert_eq!(
        lines[2],
        "\"drinks\",\"'=cmd()|'<script>alert(1)</script>\"\"\",\"tea\",\"share\",0.500000,0.250000,0.750000,1200,\"'@note\""
    );
    assert!(lines[3].ends_with("\"cups\",3,,,,\"\"") && lines[4].ends_with(",,,,\"nobody was asked\""), "{table}");
    assert_eq!(lines[5], "\"method\",\"\",\"\",\"days\",,,,,\"1 Nov 2026 to 2 Nov 2026\"");
    assert!(lines[6].ends_with("\"By counting.\"") && lines.len() == 7, "{table}");
}

#[tokio::test]
async fn a_page_is_whole_by_itself_and_says_everything_as_text() {
    let page = body(made().answer(Format::Html).unwrap()).await;
    for wrong in ["<script", "<them>", "href=", "src=", "url("] {
        assert!(!page.contains(wrong), "{wrong}: {page}");
    }
    assert!(
        page.contains("Half of &#60;them&#62; drink tea.") && page.contains("=cmd()|&#39;&#60;script&#62;"),
        "{page}"
    );
    assert!(page.contains("50 % (25 % to 75 %)") && page.contains("n 1,200"), "{page}");
    assert!(page.contains("<bdi>شاي</bdi>") && page.contains("nobody was asked"), "{page}");
    assert!(page.contains("How this was found") && page.contains("By counting."), "{page}");
    assert_eq!(page.matches("<table>").count(), 1, "an empty section is none: {page}");
    assert_eq!(page.matches("<th scope=\"row\"").count(), 2, "a line for each of whom figures are: {page}");
}

#[tokio::test]
async fn a_figure_of_somebody_else_of_the_same_name_stands_on_a_line_of_its_own() {
    let mut export = Export::new("tea".to_owned(), "Tea", String::new(), &[]);
    export.section("drinks", "Who drinks", ("", "Place"));
    for cups in [3, 700] {
        export.count(("", "shop"), "cups", cups);
        export.count(("", "shop"), "pots", cups + 1);
    }
    let page = body(export.answer(Format::Html).unwrap()).await;
    let lines: Vec<&str> = page.split("<th scope=\"row\"").skip(1).collect();
    assert_eq!(lines.len(), 2, "{page}");
    assert!(lines[0].contains(">3<") && lines[0].contains(">4<"), "{page}");
    assert!(lines[1].contains(">700<") && lines[1].contains(">701<"), "{page}");
}

#[tokio::test]
async fn a_small_chance_is_not_none_and_a_small_difference_has_no_sign() {
    let mut export = Export::new("tea".to_owned(), "Tea", String::new(), &[]);
    export.section("test", "Test", ("", "Of"));
    for p in [0.0, 0.000_000_2, 0.004, 0.25] {
        export.row(("", &p.to_string()), "p", Unit::Chance, p);
    }
    export.row(("", "tea"), "first less second", Unit::Points, -0.003).between(-0.12, 0.05);
    let table = body(export.answer(Format::Csv).unwrap()).await;
    for p in ["0.000000,", "2.000e-7,", "0.004000,", "0.250000,"] {
        assert!(table.contains(&format!("\"p\",{p}")), "{p}: {table}");
    }
    let page = body(export.answer(Format::Html).unwrap()).await;
    for words in [">below 0.001<", ">0.004<", ">0.250<", ">0 points (−12 points to +5 points)<"] {
        assert!(page.contains(words), "{words}: {page}");
    }
}

#[test]
fn the_ways_to_take_a_view_along_keep_its_address() {
    let along = Along::of("/insights/voices?days=90&question=a+b", &[]);
    assert_eq!(along.csv, "/insights/voices.csv?days=90&question=a+b");
    assert_eq!(Along::of("/insights/labels", &[]).html, "/insights/labels.html");
}
