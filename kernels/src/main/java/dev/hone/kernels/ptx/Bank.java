package dev.hone.kernels.ptx;

import static java.lang.constant.ConstantDescs.CD_boolean;
import static java.lang.constant.ConstantDescs.CD_double;
import static java.lang.constant.ConstantDescs.CD_float;
import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_long;

import java.lang.classfile.TypeKind;
import java.lang.constant.ClassDesc;

/** The Java type that carries a register's value; narrower integers travel in an int. */
enum Bank {
  INT(CD_int, TypeKind.INT),
  LONG(CD_long, TypeKind.LONG),
  FLOAT(CD_float, TypeKind.FLOAT),
  DOUBLE(CD_double, TypeKind.DOUBLE),
  PREDICATE(CD_boolean, TypeKind.BOOLEAN);

  private final ClassDesc carrier;
  private final TypeKind kind;

  Bank(ClassDesc carrier, TypeKind kind) {
    this.carrier = carrier;
    this.kind = kind;
  }

  ClassDesc carrier() {
    return carrier;
  }

  TypeKind kind() {
    return kind;
  }

  static Bank of(Class<?> carrier) {
    for (Bank b : values()) {
      if (carrier.descriptorString().equals(b.carrier.descriptorString())) {
        return b;
      }
    }
    throw new IllegalStateException("no register carries " + carrier);
  }
}
