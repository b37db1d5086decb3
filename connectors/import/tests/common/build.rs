//! Packed files and repositories, as the programs that export them write them.

use flate2::{Compression, write::GzEncoder};
use ipld_core::{
    cid::{Cid, multihash::Multihash},
    ipld::Ipld,
};
use sha2::{Digest as _, Sha256};
use std::{collections::BTreeMap, io::Write};

/// A zip with these files, in this order.
pub fn zip(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut zip = rawzip::ZipArchiveWriter::new(&mut bytes);
    for (name, content) in files {
        let (mut entry, config) =
            zip.new_file(name).compression_method(rawzip::CompressionMethod::DEFLATE).start().unwrap();
        let packer = flate2::write::DeflateEncoder::new(&mut entry, Compression::best());
        let mut writer = config.wrap(packer);
        writer.write_all(content).unwrap();
        let (packer, descriptor) = writer.finish().unwrap();
        packer.finish().unwrap();
        entry.finish(descriptor).unwrap();
    }
    zip.finish().unwrap();
    bytes
}

/// A tar inside gzip with these files.
pub fn tar_gz(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut packer = GzEncoder::new(Vec::new(), Compression::best());
    for (name, content) in files {
        let mut header = [0u8; 512];
        header[..name.len()].copy_from_slice(name.as_bytes());
        header[100..108].copy_from_slice(b"0000644\0");
        header[124..136].copy_from_slice(format!("{:011o}\0", content.len()).as_bytes());
        header[148..156].fill(b' ');
        header[156] = b'0';
        header[257..263].copy_from_slice(b"ustar\0");
        let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
        header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
        packer.write_all(&header).unwrap();
        packer.write_all(content).unwrap();
        packer.write_all(&vec![0; content.len().div_ceil(512) * 512 - content.len()]).unwrap();
    }
    packer.write_all(&[0; 1024]).unwrap();
    packer.finish().unwrap()
}

fn cid_of(data: &[u8]) -> Cid {
    let hash = Multihash::wrap(0x12, &Sha256::digest(data)).unwrap();
    Cid::new_v1(0x71, hash)
}

fn number(mut number: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    while number >= 0x80 {
        bytes.push(number as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
    bytes
}

/// JSON as DAG-CBOR.
pub fn cbor(value: &serde_json::Value) -> Vec<u8> {
    serde_ipld_dagcbor::to_vec(&ipld(value)).unwrap()
}

fn ipld(value: &serde_json::Value) -> Ipld {
    use serde_json::Value;
    match value {
        Value::Null => Ipld::Null,
        Value::Bool(is) => Ipld::Bool(*is),
        Value::Number(number) => Ipld::Integer(number.as_i64().unwrap().into()),
        Value::String(text) => Ipld::String(text.clone()),
        Value::Array(list) => Ipld::List(list.iter().map(ipld).collect()),
        Value::Object(map) => Ipld::Map(map.iter().map(|(key, value)| (key.clone(), ipld(value))).collect()),
    }
}

fn map<const N: usize>(entries: [(&str, Ipld); N]) -> Ipld {
    Ipld::Map(entries.into_iter().map(|(key, value)| (key.to_owned(), value)).collect())
}

/// A repository with these records by their keys (`app.bsky.feed.post/3k…`): a CAR file as a server writes it, its tree
/// two levels deep.
pub struct Repository {
    pub did: &'static str,
    pub records: BTreeMap<String, Vec<u8>>,
    /// Records that the tree names and the file does not hold.
    pub left_out: Vec<&'static str>,
}

impl Repository {
    pub fn new(did: &'static str, records: &[(&str, serde_json::Value)]) -> Self {
        let records = records.iter().map(|(key, record)| ((*key).to_owned(), cbor(record))).collect();
        Self { did, records, left_out: Vec::new() }
    }

    pub fn car(&self) -> Vec<u8> {
        let mut blocks: Vec<(Cid, Vec<u8>)> = Vec::new();
        let mut add = |data: Vec<u8>| {
            let cid = cid_of(&data);
            if !blocks.iter().any(|(known, _)| *known == cid) {
                blocks.push((cid, data));
            }
            cid
        };
        let mut leaves = Vec::new();
        let records: Vec<(&String, &Vec<u8>)> = self.records.iter().collect();
        for few in records.chunks(3) {
            let named = few.iter().map(|(key, data)| {
                let cid = if self.left_out.contains(&key.as_str()) { cid_of(data) } else { add((*data).clone()) };
                (key.as_bytes().to_vec(), cid, None)
            });
            let named: Vec<Entry> = named.collect();
            leaves.push((few[0].0.as_bytes().to_vec(), add(node(None, &named))));
        }
        // The first leaf hangs on the left of the top; the others behind an entry of their own.
        let (first, others) = leaves.split_first().unwrap();
        let separators: Vec<Entry> = others
            .iter()
            .map(|(key, leaf)| {
                let name = String::from_utf8_lossy(key).replace("/", "-");
                let record = add(cbor(&serde_json::json!({"$type": "app.bsky.feed.like", "subject": name})));
                (format!("app.bsky.feed.like/{name}").into_bytes(), record, Some(*leaf))
            })
            .collect();
        let data = add(node(Some(first.1), &separators));
        let commit = map([
            ("did", Ipld::String(self.did.to_owned())),
            ("version", Ipld::Integer(3)),
            ("data", Ipld::Link(data)),
            ("rev", Ipld::String("3kabc".to_owned())),
            ("prev", Ipld::Null),
            ("sig", Ipld::Bytes(vec![7; 64])),
        ]);
        let root = add(serde_ipld_dagcbor::to_vec(&commit).unwrap());
        // The commit first, as servers do.
        blocks.rotate_right(1);
        let header = map([("roots", Ipld::List(vec![Ipld::Link(root)])), ("version", Ipld::Integer(1))]);
        let header = serde_ipld_dagcbor::to_vec(&header).unwrap();
        let mut car = [number(header.len() as u64), header].concat();
        for (cid, data) in blocks {
            let name = cid.to_bytes();
            car.extend(number((name.len() + data.len()) as u64));
            car.extend(name);
            car.extend(data);
        }
        car
    }
}

type Entry = (Vec<u8>, Cid, Option<Cid>);

fn node(left: Option<Cid>, entries: &[Entry]) -> Vec<u8> {
    let link = |cid: Option<Cid>| cid.map_or(Ipld::Null, Ipld::Link);
    let mut last: &[u8] = b"";
    let mut list = Vec::new();
    for (key, value, right) in entries {
        let shared = key.iter().zip(last).take_while(|(a, b)| a == b).count();
        list.push(map([
            ("p", Ipld::Integer(shared as i128)),
            ("k", Ipld::Bytes(key[shared..].to_vec())),
            ("v", Ipld::Link(*value)),
            ("t", link(*right)),
        ]));
        last = key;
    }
    serde_ipld_dagcbor::to_vec(&map([("l", link(left)), ("e", Ipld::List(list))])).unwrap()
}
