//! What a class of ours offers to Python: tables of methods and properties, and an error that names the nearest one.

use super::arguments::Arguments;
use super::errors;
use super::function::Function;
use rustpython_vm::builtins::{PyBaseExceptionRef, PyStr};
use rustpython_vm::class::StaticType;
use rustpython_vm::{AsObject, Py, PyObjectRef, PyPayload, PyResult, VirtualMachine};

/// A method: its name, its parameters as `arguments` describes them, and what it does.
pub(super) struct Method<T> {
    pub name: &'static str,
    pub parameters: &'static str,
    pub body: fn(&Py<T>, &Arguments<'_>) -> PyResult,
}

/// A read-only property.
pub(super) struct Property<T> {
    pub name: &'static str,
    pub get: fn(&Py<T>, &VirtualMachine) -> PyResult,
}

/// A class whose attributes are in tables.
pub(super) trait Surface: PyPayload + StaticType {
    /// Name of the class in messages.
    const CLASS: &'static str;
    /// Tables of methods; the first that has a name wins.
    const METHODS: &'static [&'static [Method<Self>]];
    /// Tables of properties; the first that has a name wins.
    const PROPERTIES: &'static [&'static [Property<Self>]];

    /// What xarray has and this class hasn't, and what to write instead.
    const ELSEWHERE: &'static [(&'static str, &'static str)] = &[];

    /// Attributes that depend on the object: variables and coordinates.
    fn dynamic(_this: &Py<Self>, _name: &str, _vm: &VirtualMachine) -> PyResult<Option<PyObjectRef>> {
        Ok(None)
    }

    /// Names of those.
    fn dynamic_names(_this: &Py<Self>) -> Vec<String> {
        Vec::new()
    }
}

/// The attribute of an object, with a method bound to it.
///
/// # Errors
/// `AttributeError`, with the nearest name that exists.
pub(super) fn attribute<T: Surface>(this: &Py<T>, name: &Py<PyStr>, vm: &VirtualMachine) -> PyResult {
    let wanted = name.to_string_lossy();
    // A class that a script has made of this one says what it has itself.
    if !this.class().is(T::static_type())
        && let Some(found) = this.as_object().generic_getattr_opt(name, None, vm)?
    {
        return Ok(found);
    }
    if let Some(property) = properties::<T>().find(|property| property.name == wanted) {
        return (property.get)(this, vm);
    }
    if let Some(method) = methods::<T>().find(|method| method.name == wanted) {
        return Ok(bound(this, method, vm));
    }
    if wanted == "__dir__" {
        let mut names: Vec<String> = static_names::<T>().map(str::to_owned).collect();
        names.extend(T::dynamic_names(this));
        return Ok(listing(names, vm));
    }
    if let Some(found) = this.as_object().generic_getattr_opt(name, None, vm)? {
        return Ok(found);
    }
    match T::dynamic(this, &wanted, vm)? {
        Some(found) => Ok(found),
        None => Err(no_attribute(this, &wanted, vm)),
    }
}

/// Whether a name is one that the class itself defines.
pub(super) fn defines<T: Surface>(name: &str) -> bool {
    properties::<T>().any(|property| property.name == name) || methods::<T>().any(|method| method.name == name)
}

fn methods<T: Surface>() -> impl Iterator<Item = &'static Method<T>> {
    T::METHODS.iter().flat_map(|table| table.iter())
}

fn properties<T: Surface>() -> impl Iterator<Item = &'static Property<T>> {
    T::PROPERTIES.iter().flat_map(|table| table.iter())
}

fn static_names<T: Surface>() -> impl Iterator<Item = &'static str> {
    methods::<T>().map(|method| method.name).chain(properties::<T>().map(|property| property.name))
}

fn bound<T: Surface>(this: &Py<T>, method: &'static Method<T>, vm: &VirtualMachine) -> PyObjectRef {
    let owner = this.to_owned();
    let name = format!("{}.{}", T::CLASS, method.name);
    Function::object(name, method.parameters, move |arguments| (method.body)(&owner, arguments), &vm.ctx)
}

/// `object.__dir__`: what the tables have.
fn listing(mut names: Vec<String>, vm: &VirtualMachine) -> PyObjectRef {
    names.sort_unstable();
    names.dedup();
    let body = move |arguments: &Arguments<'_>| {
        let names = names.iter().map(|name| arguments.vm.ctx.new_str(name.as_str()).into());
        Ok(arguments.vm.ctx.new_list(names.collect()).into())
    };
    Function::object("__dir__", "", body, &vm.ctx)
}

fn no_attribute<T: Surface>(this: &Py<T>, name: &str, vm: &VirtualMachine) -> PyBaseExceptionRef {
    let dynamic = T::dynamic_names(this);
    let mut known: Vec<&str> = dynamic.iter().map(String::as_str).collect();
    static_names::<T>().for_each(|name| known.push(name));
    let class = T::CLASS;
    if let Some((_, instead)) = T::ELSEWHERE.iter().find(|(known, _)| *known == name) {
        return vm.new_attribute_error(format!("'{class}' object has no attribute '{name}' in swath: {instead}"));
    }
    vm.new_attribute_error(match errors::nearest(name, &known) {
        Some(near) => format!("'{class}' object has no attribute '{name}' in swath. Did you mean: '{near}'?"),
        None => format!("'{class}' object has no attribute '{name}' in swath"),
    })
}

/// Implements attribute access of a class by its tables.
macro_rules! surface_attributes {
    ($class:ty) => {
        impl rustpython_vm::types::GetAttr for $class {
            fn getattro(
                zelf: &rustpython_vm::Py<Self>,
                name: &rustpython_vm::Py<rustpython_vm::builtins::PyStr>,
                vm: &rustpython_vm::VirtualMachine,
            ) -> rustpython_vm::PyResult {
                $crate::script::surface::attribute(zelf, name, vm)
            }
        }
    };
}
/// Methods that one function carries out, given their names: `reductions!(function; "sum" PARAMETERS, ...)`.
macro_rules! reductions {
    ($body:expr; $($name:literal $parameters:ident),* $(,)?) => {
        &[$($crate::script::surface::Method {
            name: $name,
            parameters: $parameters,
            body: |this, arguments| $body(this, $name, arguments),
        }),*]
    };
}

pub(super) use {reductions, surface_attributes};
