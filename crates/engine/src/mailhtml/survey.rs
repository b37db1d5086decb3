//! A first reading of a mail's HTML: how large a tree it would make, and which pictures it names. No tree is kept, so a
//! mail that would fill the memory is known before it does: a few bytes can make thousands of elements, since a parser
//! opens again what was left open (HTML Standard, "reconstruct the active formatting elements").

use super::{DEEPEST, MOST_ELEMENTS};
use html5ever::{
    Attribute, ExpandedName, ParseOpts, QualName, expanded_name,
    interface::{ElementFlags, NodeOrText, QuirksMode, TreeSink},
    local_name, ns, parse_fragment,
    tendril::{StrTendril, TendrilSink},
};
use std::{
    borrow::Cow,
    cell::{Cell, RefCell},
    rc::Rc,
};

/// The addresses of a mail's pictures in their order, or `None` for what nobody should build a tree of.
pub(super) fn pictures_of(html: &str) -> Option<Vec<String>> {
    let surveyor = Surveyor::default();
    let found = surveyor.found.clone();
    // As the filter parses it.
    let around = QualName::new(None, ns!(html), local_name!("div"));
    let mut parser = parse_fragment(surveyor, ParseOpts::default(), around, Vec::new(), false);
    for piece in pieces(html) {
        parser.process(StrTendril::from(piece));
        if found.is_too_much() {
            return None;
        }
    }
    parser.finish();
    (!found.is_too_much()).then(|| found.pictures.take())
}

/// Bytes that are read before it is asked again whether it is too much.
const PIECE: usize = 4096;
const WEIGHT_OF_MISPLACED: usize = 10;
/// The filter's writer looks through the rest of a text for each character of it that it may have to escape (html5ever
/// 0.40, `write_escaped`): two megabytes of ampersands take it a minute. So many bytes may be looked through in all; a long
/// newsletter comes to some millions.
const MOST_LOOKED_THROUGH: u64 = 2_000_000_000;

/// A text as it grows: what follows without an element between is one.
#[derive(Debug, Default, Clone, Copy)]
struct Run {
    bytes: u64,
    escaped: u64,
}

impl Run {
    fn grow(&mut self, text: &str) {
        self.bytes += text.len() as u64;
        // The first byte of a no-break space is that of others, too.
        self.escaped += text.bytes().filter(|byte| matches!(byte, b'&' | 0xC2)).count() as u64;
    }

    fn looked_through(self) -> u64 {
        self.bytes.saturating_mul(self.escaped)
    }
}

fn pieces(mut html: &str) -> impl Iterator<Item = &str> {
    std::iter::from_fn(move || {
        let (piece, rest) = html.split_at(html.ceil_char_boundary(PIECE));
        html = rest;
        (!piece.is_empty()).then_some(piece)
    })
}

#[derive(Default)]
struct Found {
    elements: Cell<usize>,
    deepest: Cell<usize>,
    pictures: RefCell<Vec<String>>,
    /// The text that grows now, and all that was put before a table; of the others, what they come to.
    run: Cell<Run>,
    misplaced: Cell<Run>,
    looked_through: Cell<u64>,
}

impl Found {
    fn is_too_much(&self) -> bool {
        let growing = self.run.get().looked_through().saturating_add(self.misplaced.get().looked_through());
        self.elements.get() > MOST_ELEMENTS
            || self.deepest.get() > DEEPEST
            || self.looked_through.get().saturating_add(growing) > MOST_LOOKED_THROUGH
    }

    fn look_through(&self, run: Run) {
        self.looked_through.set(self.looked_through.get().saturating_add(run.looked_through()));
    }

    fn grow(run: &Cell<Run>, child: &NodeOrText<Handle>) {
        if let NodeOrText::AppendText(text) = child {
            let mut grown = run.get();
            grown.grow(text);
            run.set(grown);
        }
    }
}

#[derive(Default)]
struct Surveyor {
    found: Rc<Found>,
    document: Handle,
}

type Handle = Rc<Node>;

/// What the parser asks of a node again.
struct Node {
    name: QualName,
    depth: Cell<usize>,
    is_html_in_math: bool,
    /// What stands in a `<template>`.
    contents: Option<Handle>,
}

impl Default for Node {
    fn default() -> Self {
        let name = QualName::new(None, ns!(), local_name!(""));
        Self { name, depth: Cell::new(0), is_html_in_math: false, contents: None }
    }
}

impl Surveyor {
    /// What stands wrongly in a table goes before it, and the filter looks for that place among all that stands there.
    fn misplaced(&self, child: &NodeOrText<Handle>) {
        self.found.elements.set(self.found.elements.get() + WEIGHT_OF_MISPLACED);
        Found::grow(&self.found.misplaced, child);
    }

    fn put(&self, child: &NodeOrText<Handle>, depth: usize) {
        if let NodeOrText::AppendNode(node) = child {
            self.found.look_through(self.found.run.take());
            node.depth.set(depth);
            if let Some(contents) = &node.contents {
                contents.depth.set(depth);
            }
            self.found.deepest.set(self.found.deepest.get().max(depth));
        }
    }
}

impl TreeSink for Surveyor {
    type Handle = Handle;
    type Output = ();
    type ElemName<'a> = ExpandedName<'a>;

    fn finish(self) {}

    fn parse_error(&self, _: Cow<'static, str>) {}

    fn get_document(&self) -> Handle {
        self.document.clone()
    }

    fn elem_name<'a>(&'a self, target: &'a Handle) -> ExpandedName<'a> {
        target.name.expanded()
    }

    fn create_element(&self, name: QualName, attributes: Vec<Attribute>, flags: ElementFlags) -> Handle {
        self.found.elements.set(self.found.elements.get() + 1);
        if name.expanded() == expanded_name!(html "img") {
            let sources = attributes.iter().filter(|one| one.name.expanded() == expanded_name!("", "src"));
            self.found.pictures.borrow_mut().extend(sources.map(|one| one.value.trim().to_owned()));
        }
        for attribute in &attributes {
            let mut run = Run::default();
            run.grow(&attribute.value);
            self.found.look_through(run);
        }
        let is_html_in_math = flags.mathml_annotation_xml_integration_point;
        Rc::new(Node { name, is_html_in_math, contents: flags.template.then(Handle::default), ..Node::default() })
    }

    fn create_comment(&self, _: StrTendril) -> Handle {
        self.found.elements.set(self.found.elements.get() + 1);
        Handle::default()
    }

    fn create_pi(&self, _: StrTendril, _: StrTendril) -> Handle {
        self.create_comment(StrTendril::new())
    }

    fn append(&self, parent: &Handle, child: NodeOrText<Handle>) {
        Found::grow(&self.found.run, &child);
        self.put(&child, parent.depth.get() + 1);
    }

    fn append_based_on_parent_node(&self, element: &Handle, above: &Handle, child: NodeOrText<Handle>) {
        self.misplaced(&child);
        self.put(&child, element.depth.get().max(above.depth.get() + 1));
    }

    fn append_doctype_to_document(&self, _: StrTendril, _: StrTendril, _: StrTendril) {}

    fn get_template_contents(&self, target: &Handle) -> Handle {
        target.contents.clone().unwrap_or_default()
    }

    fn same_node(&self, one: &Handle, other: &Handle) -> bool {
        Rc::ptr_eq(one, other)
    }

    fn set_quirks_mode(&self, _: QuirksMode) {}

    fn append_before_sibling(&self, sibling: &Handle, child: NodeOrText<Handle>) {
        self.misplaced(&child);
        self.put(&child, sibling.depth.get());
    }

    fn add_attrs_if_missing(&self, _: &Handle, _: Vec<Attribute>) {}

    fn remove_from_parent(&self, _: &Handle) {}

    fn reparent_children(&self, _: &Handle, _: &Handle) {}

    fn is_mathml_annotation_xml_integration_point(&self, target: &Handle) -> bool {
        target.is_html_in_math
    }
}
