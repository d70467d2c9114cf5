//! The closed set of elementwise functions, by numpy's names.

use serde::{Deserialize, Serialize};

/// Declares an operation enum with numpy's name of every variant.
macro_rules! operations {
    ($(#[$doc:meta])* $type:ident { $($variant:ident $name:literal,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[allow(missing_docs, reason = "each variant is numpy's function of its name")]
        pub enum $type { $($variant,)* }

        impl $type {
            /// Every operation.
            pub const ALL: &'static [$type] = &[$($type::$variant,)*];

            /// numpy's name of the function.
            pub const fn name(self) -> &'static str {
                match self { $($type::$variant => $name,)* }
            }

            /// The operation of a numpy name.
            pub fn from_name(name: &str) -> Option<$type> {
                $type::ALL.iter().copied().find(|operation| operation.name() == name)
            }
        }
    };
}

operations! {
    /// A function of one value.
    UnaryOp {
        Negative "negative",
        Absolute "absolute",
        Sign "sign",
        Square "square",
        Reciprocal "reciprocal",
        Invert "invert",
        LogicalNot "logical_not",
        Sqrt "sqrt",
        Cbrt "cbrt",
        Exp "exp",
        Exp2 "exp2",
        Expm1 "expm1",
        Log "log",
        Log2 "log2",
        Log10 "log10",
        Log1p "log1p",
        Sin "sin",
        Cos "cos",
        Tan "tan",
        Arcsin "arcsin",
        Arccos "arccos",
        Arctan "arctan",
        Sinh "sinh",
        Cosh "cosh",
        Tanh "tanh",
        Arcsinh "arcsinh",
        Arccosh "arccosh",
        Arctanh "arctanh",
        Degrees "degrees",
        Radians "radians",
        Floor "floor",
        Ceil "ceil",
        Trunc "trunc",
        Rint "rint",
        IsNan "isnan",
        IsFinite "isfinite",
        IsInfinite "isinf",
    }
}

operations! {
    /// A function of two values.
    BinaryOp {
        Add "add",
        Subtract "subtract",
        Multiply "multiply",
        Divide "divide",
        FloorDivide "floor_divide",
        Remainder "remainder",
        Power "power",
        Minimum "minimum",
        Maximum "maximum",
        Fmin "fmin",
        Fmax "fmax",
        Arctan2 "arctan2",
        Hypot "hypot",
        Equal "equal",
        NotEqual "not_equal",
        Less "less",
        LessEqual "less_equal",
        Greater "greater",
        GreaterEqual "greater_equal",
        BitwiseAnd "bitwise_and",
        BitwiseOr "bitwise_or",
        BitwiseXor "bitwise_xor",
        LogicalAnd "logical_and",
        LogicalOr "logical_or",
        LeftShift "left_shift",
        RightShift "right_shift",
    }
}
