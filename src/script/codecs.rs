//! The codecs of `zarr.codecs` and `numcodecs`, as far as `to_zarr(encoding=...)` and `da.to_zarr` take them: objects that
//! say how chunks are compressed. Nothing else of these modules is here.

use super::arguments::Arguments;
use super::convert;
use super::modules::Module;
use crate::store::{BloscCodec, BloscShuffle, Compression};
use rustpython_vm::builtins::{PyDict, PyStr};
use rustpython_vm::class::PyClassImpl;
use rustpython_vm::function::FuncArgs;
use rustpython_vm::types::{Callable, Representable};
use rustpython_vm::{Py, PyObject, PyObjectRef, PyPayload, PyResult, VirtualMachine, pyclass};
use std::ops::RangeInclusive;

/// What a codec does to the bytes of a chunk.
#[pyclass(module = "zarr.codecs", name = "Codec")]
#[derive(Debug, PyPayload)]
pub struct CodecObject(Codec);

#[derive(Debug, Clone, Copy, PartialEq)]
enum Codec {
    /// Compresses.
    Compressor(Compression),
    /// Puts numbers into bytes, low byte first.
    Bytes,
}

#[pyclass(with(Representable))]
impl CodecObject {}

impl Representable for CodecObject {
    fn repr_str(zelf: &Py<Self>, _vm: &VirtualMachine) -> PyResult<String> {
        Ok(match zelf.0 {
            Codec::Compressor(compression) => format!("<codec {compression:?}>"),
            Codec::Bytes => "<codec Bytes>".to_owned(),
        })
    }
}

/// The object of a compressor.
pub(super) fn object(compression: Compression, vm: &VirtualMachine) -> PyObjectRef {
    CodecObject(Codec::Compressor(compression)).into_ref(&vm.ctx).into()
}

/// `numcodecs.Blosc`: what makes such a codec, with the names of its shuffles.
#[pyclass(module = "numcodecs", name = "Blosc")]
#[derive(Debug, PyPayload)]
pub struct NumcodecsBlosc;

#[pyclass(with(Callable))]
impl NumcodecsBlosc {
    #[pygetset(name = "NOSHUFFLE")]
    fn no_shuffle(&self) -> i32 {
        0
    }

    #[pygetset(name = "SHUFFLE")]
    fn shuffle(&self) -> i32 {
        1
    }

    #[pygetset(name = "BITSHUFFLE")]
    fn bit_shuffle(&self) -> i32 {
        2
    }

    #[pygetset(name = "AUTOSHUFFLE")]
    fn auto_shuffle(&self) -> i32 {
        -1
    }
}

impl Callable for NumcodecsBlosc {
    type Args = FuncArgs;

    fn call(_zelf: &Py<Self>, passed: FuncArgs, vm: &VirtualMachine) -> PyResult {
        let arguments = Arguments::bind("numcodecs.Blosc", "cname, clevel, shuffle, blocksize~", passed, vm)?;
        compressor(blosc(&arguments, BloscCodec::Lz4, BloscShuffle::Bytes)?, &arguments)
    }
}

/// Makes the classes; before any object of theirs.
pub(super) fn register_classes() {
    CodecObject::make_static_type();
    NumcodecsBlosc::make_static_type();
}

/// The modules.
///
/// # Errors
/// Where the machine can't hold them.
pub(super) fn install(vm: &VirtualMachine) -> PyResult<()> {
    Module::new("zarr", vm).finish()?;
    let mut codecs = Module::new("zarr.codecs", vm);
    codecs.function("ZstdCodec", "*, level, checksum", |arguments| compressor(zstd(arguments, 0)?, arguments))?;
    codecs.function("GzipCodec", "*, level", |arguments| {
        compressor(Compression::Gzip { level: level(arguments, "level", 0..=9, 5)? }, arguments)
    })?;
    codecs.function("BloscCodec", "*, typesize~, cname, clevel, shuffle, blocksize~, tunables~", |arguments| {
        compressor(blosc(arguments, BloscCodec::Zstd, BloscShuffle::Automatic)?, arguments)
    })?;
    codecs.function("BytesCodec", "*, endian", |arguments| {
        check_endian(arguments.get("endian"), arguments.vm)?;
        Ok(CodecObject(Codec::Bytes).into_ref(&arguments.vm.ctx).into())
    })?;
    codecs.finish()?;
    let mut numcodecs = Module::new("numcodecs", vm);
    numcodecs.function("Zstd", "level, checksum", |arguments| compressor(zstd(arguments, 1)?, arguments))?;
    numcodecs.function("GZip", "level", |arguments| {
        compressor(Compression::Gzip { level: level(arguments, "level", 0..=9, 1)? }, arguments)
    })?;
    numcodecs.function("Zlib", "level", |arguments| {
        compressor(Compression::Zlib { level: level(arguments, "level", 0..=9, 1)? }, arguments)
    })?;
    numcodecs.function("BZ2", "level", |arguments| {
        compressor(Compression::Bz2 { level: level(arguments, "level", 1..=9, 1)? }, arguments)
    })?;
    numcodecs.value("Blosc", NumcodecsBlosc.into_ref(&vm.ctx))?;
    numcodecs.finish()
}

/// How `compressors=` has chunks compressed: a codec, a dict that describes one, a sequence of at most one, `None` for not at
/// all, or `"auto"`.
///
/// # Errors
/// `NotImplementedError` for codecs that Swath doesn't write by, `TypeError` for what is none.
pub(super) fn compression(value: &PyObjectRef, vm: &VirtualMachine) -> PyResult<Compression> {
    if vm.is_none(value) {
        return Ok(Compression::None);
    }
    if is_auto(value) {
        return Ok(Compression::Default);
    }
    let codecs = if convert::is_sequence(value) { convert::one_or_more(value, vm)? } else { vec![value.clone()] };
    match codecs.as_slice() {
        [] => Ok(Compression::None),
        [one] => one_compressor(one, vm),
        several => Err(vm.new_not_implemented_error(format!(
            "{} compressors after one another are not supported by swath: one is",
            several.len()
        ))),
    }
}

/// Refuses a `serializer=` that isn't what Swath writes by.
///
/// # Errors
/// As [`compression`].
pub(super) fn check_serializer(value: &PyObjectRef, vm: &VirtualMachine) -> PyResult<()> {
    let is_bytes = value.downcast_ref::<CodecObject>().is_some_and(|codec| codec.0 == Codec::Bytes);
    if is_auto(value) || is_bytes {
        return Ok(());
    }
    if let Some(("bytes", settings)) = described(value, vm)?.as_ref().map(|(name, rest)| (name.as_str(), rest)) {
        return check_endian(settings.get("endian"), vm);
    }
    let shown = value.repr(vm)?.to_string_lossy().into_owned();
    Err(vm.new_not_implemented_error(format!("serializer {shown} is not supported by swath: BytesCodec() is")))
}

/// Whether an option is `"auto"`.
pub(super) fn is_auto(value: &PyObject) -> bool {
    value.downcast_ref::<PyStr>().is_some_and(|text| text.to_string_lossy() == "auto")
}

fn one_compressor(value: &PyObjectRef, vm: &VirtualMachine) -> PyResult<Compression> {
    if let Some(Codec::Compressor(compression)) = value.downcast_ref::<CodecObject>().map(|codec| codec.0) {
        return Ok(compression);
    }
    let Some((name, settings)) = described(value, vm)? else {
        let found = value.class().name().to_string();
        return Err(vm.new_type_error(format!(
            "compressors: expected a codec of zarr.codecs or numcodecs, or a dict that describes one, found {found}"
        )));
    };
    let settings = Settings { settings, vm };
    Ok(match name.as_str() {
        "zstd" => Compression::Zstd {
            level: settings.level("level", -131_072..=22, 0)?,
            checksum: settings.flag("checksum")?,
        },
        "gzip" => Compression::Gzip { level: settings.level("level", 0..=9, 5)? as u32 },
        "zlib" => Compression::Zlib { level: settings.level("level", 0..=9, 1)? as u32 },
        "bz2" => Compression::Bz2 { level: settings.level("level", 1..=9, 1)? as u32 },
        "blosc" => Compression::Blosc {
            codec: blosc_codec(settings.settings.get("cname"), BloscCodec::Zstd, vm)?,
            level: settings.level("clevel", 0..=9, 5)? as u32,
            shuffle: blosc_shuffle(settings.settings.get("shuffle"), BloscShuffle::Automatic, vm)?,
        },
        other => {
            return Err(vm.new_not_implemented_error(format!(
                "compressor {other:?} is not supported by swath: zstd, gzip, zlib, bz2 and blosc are"
            )));
        }
    })
}

/// Options of a codec, by name.
type Options = std::collections::HashMap<String, PyObjectRef>;

/// Name and options of a codec that a dict describes, as metadata of v3 (`name`, `configuration`) or v2 (`id`) do.
fn described(value: &PyObject, vm: &VirtualMachine) -> PyResult<Option<(String, Options)>> {
    if !value.downcastable::<PyDict>() {
        return Ok(None);
    }
    let mut fields: Options = convert::string_pairs(value, vm)?.into_iter().collect();
    let Some(name) = fields.remove("name").or_else(|| fields.remove("id")) else { return Ok(None) };
    let options = match fields.get("configuration") {
        Some(configuration) => convert::string_pairs(configuration, vm)?.into_iter().collect(),
        None => fields,
    };
    Ok(Some((convert::string(&name, vm)?, options)))
}

/// Options that a dict gives a codec.
struct Settings<'a> {
    settings: Options,
    vm: &'a VirtualMachine,
}

impl Settings<'_> {
    fn level(&self, name: &str, range: RangeInclusive<i32>, default: i32) -> PyResult<i32> {
        self.settings.get(name).map_or(Ok(default), |value| within(name, value, range, self.vm))
    }

    fn flag(&self, name: &str) -> PyResult<bool> {
        self.settings.get(name).map_or(Ok(false), |value| value.clone().try_to_bool(self.vm))
    }
}

fn compressor(compression: Compression, arguments: &Arguments<'_>) -> PyResult {
    Ok(object(compression, arguments.vm))
}

fn zstd(arguments: &Arguments<'_>, default: i32) -> PyResult<Compression> {
    let level =
        arguments.get("level").map_or(Ok(default), |value| within("level", value, -131_072..=22, arguments.vm))?;
    Ok(Compression::Zstd { level, checksum: arguments.bool("checksum")?.unwrap_or(false) })
}

fn blosc(arguments: &Arguments<'_>, codec: BloscCodec, shuffle: BloscShuffle) -> PyResult<Compression> {
    let vm = arguments.vm;
    Ok(Compression::Blosc {
        codec: blosc_codec(arguments.get("cname"), codec, vm)?,
        level: level(arguments, "clevel", 0..=9, 5)?,
        shuffle: blosc_shuffle(arguments.get("shuffle"), shuffle, vm)?,
    })
}

fn level(arguments: &Arguments<'_>, name: &str, range: RangeInclusive<i32>, default: u32) -> PyResult<u32> {
    let found = arguments.get(name).map(|value| within(name, value, range, arguments.vm)).transpose()?;
    Ok(found.map_or(default, |level| level as u32))
}

fn within(name: &str, value: &PyObject, range: RangeInclusive<i32>, vm: &VirtualMachine) -> PyResult<i32> {
    let found = convert::integer(value, vm)?;
    i32::try_from(found)
        .ok()
        .filter(|level| range.contains(level))
        .ok_or_else(|| vm.new_value_error(format!("{name}={found}: expected {} to {}", range.start(), range.end())))
}

fn blosc_codec(value: Option<&PyObjectRef>, default: BloscCodec, vm: &VirtualMachine) -> PyResult<BloscCodec> {
    let Some(value) = value else { return Ok(default) };
    let name = convert::string(value, vm)?;
    BloscCodec::ALL.into_iter().find(|codec| codec.name() == name).ok_or_else(|| {
        let known = BloscCodec::ALL.map(BloscCodec::name).join(", ");
        vm.new_not_implemented_error(format!("cname={name:?} is not supported by swath: {known} are"))
    })
}

/// `shuffle=`: a name, as in v3, or a number, as in v2.
fn blosc_shuffle(value: Option<&PyObjectRef>, default: BloscShuffle, vm: &VirtualMachine) -> PyResult<BloscShuffle> {
    let Some(value) = value.filter(|value| !vm.is_none(value)) else { return Ok(default) };
    let known = match convert::string(value, vm) {
        Ok(name) => match name.as_str() {
            "noshuffle" => Some(BloscShuffle::None),
            "shuffle" => Some(BloscShuffle::Bytes),
            "bitshuffle" => Some(BloscShuffle::Bits),
            _ => None,
        },
        Err(_) => match convert::integer(value, vm)? {
            0 => Some(BloscShuffle::None),
            1 => Some(BloscShuffle::Bytes),
            2 => Some(BloscShuffle::Bits),
            -1 => Some(BloscShuffle::Automatic),
            _ => None,
        },
    };
    known.ok_or_else(|| {
        vm.new_value_error("shuffle: expected 'noshuffle', 'shuffle' or 'bitshuffle', or 0, 1, 2 or -1".to_owned())
    })
}

fn check_endian(value: Option<&PyObjectRef>, vm: &VirtualMachine) -> PyResult<()> {
    match value.map(|value| convert::string(value, vm)).transpose()?.as_deref() {
        None | Some("little") => Ok(()),
        Some(other) => Err(vm.new_not_implemented_error(format!(
            "numbers with endian={other:?} are not written by swath: 'little' ones are"
        ))),
    }
}
